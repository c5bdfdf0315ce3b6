"""Model -> problems of order and placement, with the overlap that the kernels of a target allow."""
