// The kinds of predictions, as a param offers them.
export const predictionTypes = ['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const
