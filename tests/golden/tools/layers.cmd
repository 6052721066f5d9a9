$tools/check-layers layers
