"""What every training uses: checkpoints and progress bars."""
