// Paths of our own files in a diffusers pipeline, which diffusers ignores.

export const ABOUT = 'litegraph_diffusion.json'

/** Tensors of a training state; `state.json` next to it has the rest. */
export const TRAINING = 'training/state.safetensors'
