"""What stock TFLM plans, keeps and refuses."""
