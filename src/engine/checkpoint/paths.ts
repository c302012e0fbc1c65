// Files of ours in a pipeline of diffusers, which ignores them.

export const ABOUT = 'litegraph_diffusion.json'

/** The weights and moments of a training that can be gone on with; `state.json` beside it says the rest. */
export const TRAINING = 'training/state.safetensors'
