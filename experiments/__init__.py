"""What researchers do with the model, a wing each; `import chokepoint` is the way in (`face/`)."""
