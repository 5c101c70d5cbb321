"""What needs a person or another program: asked in one place, answered from several."""
