"""Containers: what each image holds, who may call whom, and the files that say so, all from the manifests."""
