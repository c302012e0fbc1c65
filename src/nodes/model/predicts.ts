// The kinds of predictions, as a param offers them.
export const predictionTypes = ['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const

/** Whether a model says a variance too, and how. */
export const learnedVariances = ['none', 'learned_range', 'learned'] as const
