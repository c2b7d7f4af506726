"""BPMN: read a drawing, compile it, step it, replay it, explore it."""
