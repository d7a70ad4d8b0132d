"""Plain data in, plotly figure out."""
