"""Models that ship as files: checked against their manifest, opened with onnxruntime."""
