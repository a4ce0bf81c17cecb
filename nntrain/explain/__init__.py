"""The numbers behind backpropagation, of an expression, an example, a training's gradients or an optimizer."""
