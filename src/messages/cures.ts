// Cures for the errors of the engine: one for each message of its catalogues. Placeholders have the
// values of the message.
import { catalogue, type SameKeys } from '../engine/base/catalogue.ts'
import type { formulaMessages } from '../engine/messages/formula.ts'
import type { memoryMessages } from '../engine/messages/memory.ts'
import type { modelMessages } from '../engine/messages/models.ts'
import type { processMessages } from '../engine/messages/process.ts'
import type { trainingMessages } from '../engine/messages/training.ts'

export const processCures = catalogue('processCures', {
  // words
  noWords: 'Write words, or raise `length`.',
  tooManyWords: 'Remove words, or lower `length`.',

  // schedules
  timestepCount: 'Set {argument} to 1000, for example.',
  zeroSnrOfOneTimestep: 'Raise num_train_timesteps, or switch rescale_betas_zero_snr off.',
  betaRange: 'Set beta_start and beta_end between 0 and 1.',
  scaledBetaRange: 'Raise num_train_timesteps, or lower beta_end.',
  numberList: 'Write numbers such as 0.0001, 0.01 or 1e-4.',
  noNumbers: 'Write one number per timestep.',
  tooManyNumbers: 'Shorten the list.',
  tableBetas: 'Correct that number, or list alpha-bars and choose alpha_bars.',
  tableAlphaBars: 'Correct that number, or list betas and choose betas.',
  levelRange: 'Choose a value in this range, or another schedule.',
  timestepRange: 'Connect the schedule that t was made with.',
  sigmaRange: 'Connect the schedule that t was made with.',
  noTimeWithoutSignal: 'Choose a smaller t.',
  notDiscrete: 'Connect a NoiseSchedule, such as squaredcos_cap_v2.',
  endTime: 'Set {argument} to 1000, the usual value.',
  sigmaOrder: 'Set sigma_min to 0.002 and sigma_max to 80, the usual values.',
  betaGrowth: 'Set beta_min to 0.1 and beta_d to 19.9, the usual values.',

  // batches
  timestepsPerItem: 'Take {argument} and the samples from the same batch.',
  shape: 'Take {argument} and {like} from the same batch.',
  timestepPairs: 'Connect t and t_prev of the same SamplingStart.',

  // forward process, posterior, predictions
  lessNoise: 'Choose a later t: the forward process only adds noise.',
  notEarlier:
    'Choose an earlier t_prev. To step back towards noise (inversion), use DDIMStep with eta = 0.',
  noVariance:
    'Set learned_variance of UNet or MLP to learned_range and train it, or choose a fixed variance.',
  undeterminedInNoise: 'Use a model that predicts v_prediction, or leave this timestep out.',
  undeterminedInData: 'Use a model that predicts v_prediction, or leave this timestep out.',
  fractionalTimestep: 'Train with a NoiseSchedule, or remove the wire to losses.',
  cleanDataInOde:
    'Pass the list of timesteps through FlipTimesteps, so that it rises from the least noise.',

  // lists of timesteps
  respacing: 'Write "250", "10,15,20" or "ddim50".',
  respacingStride: 'Choose a number that divides {T}.',
  respacingSection: 'Ask for fewer timesteps.',
  stepCount: 'Set {argument} to 50, for example.',
  stepCountOfSchedule: 'Lower {argument} to {most} or less.',
  shiftRange: 'Set shift to 1 and shift_terminal to 0, which change nothing.',
  shiftWithoutFlow: 'Set shift to 1 and shift_terminal to 0, which change nothing.',
  originalSteps: 'Lower {argument} to {T} or less.',
  offset: 'Lower steps_offset or num_inference_steps.',
  infiniteSigma: 'Set sigma_max to 80, for example, or set `sigmas` to schedule.',
  sigmaLimits: 'Set sigma_min and sigma_max to 0, which stands for those of the schedule.',
  sigmaAboveFlow: 'Set sigma_max to 0, which stands for that of the schedule.',
  belowList: 'Choose a noisier t, or extend the list with `end` of Timesteps.',
  aboveList: 'Choose a cleaner t, or a list that starts with more noise.',

  // samplers
  churnWithoutCount: 'Connect t of SamplingStart, or set s_churn to 0.',
  etaUpward: 'Set eta to 0, or use Timesteps that descend.',
  startInData: 'Set `end` of Timesteps to smallest before the list is flipped.',
  startWithoutSignal:
    'Use a solver in terms of x_0 (dpmsolver++, predict_x0, or the samplers dpmpp_2m and unipc), or a schedule that keeps some signal at its end.',
  noiseUpward: 'Use a solver without fresh noise, or Timesteps that descend.',
  quantile: 'Set {argument} to 0.995.',
  jump: 'Set {argument} to 10, as in the paper.',
  errorNotANumber: 'View the prediction with Inspect: the training of the model may have diverged.',

  // losses
  labelsPerItem: 'Take the labels and the images from the same batch.',
  labelRange:
    'Set num_classes of Classifier to that of the data, or connect the data set to Classifier.',
  noLabels: 'Connect labels from before LabelDropout, or a data set with labels.',
  levels: 'Set {argument} to 256 for images of 8 bits, or to 17 for digits.',
  weightWithoutSignal:
    'Leave this timestep out, or use min_snr or a model that predicts v_prediction.',
  weightWithoutNoise:
    'Leave this timestep out, or use min_snr or a model that predicts v_prediction.',

  // data
  emptyBand: 'Move low_to and high_from, or connect larger images.',
  firstItem: 'Lower {argument}.',
  foldIndex: 'Lower {argument}, or raise folds.',
  foldCount: 'Lower {argument}.',
  joinedShape: 'Connect data sets with items of one shape, or set axis to channels.',
  pairedSize: 'Connect data sets with as many items, or select some with Subset.',
  pairedSides: 'Connect images of one size, or points.',
  datasetTooLarge: 'Use fewer or smaller items.',
  tableTooLong: 'Paste fewer points.',
  emptyTable: 'Paste one point per line, such as 0.5, -1.2.',
  tableColumns: 'Add columns of numbers, or remove some.',
  tableWidth: 'Correct that line.',
  tableNumber: 'Correct that cell. Only the column of classes may have other text.',
  tableQuote: 'Close the quote, or remove it.',
  tableClasses: 'Remove the column of classes, or use fewer classes.',
  nothingDrawn: 'Draw on the node, or choose another distribution.',
  nothingPainted: 'Paint on the node, or choose another shape.',
} satisfies SameKeys<typeof processMessages>)

export const trainingCures = catalogue('trainingCures', {
  stepRules: 'Write them as 1:1000,0.1:2000,0.01, with ascending steps.',
  risingRate: 'Lower {argument}, or raise lr.',
  otherWeights: 'Connect model and training of the same checkpoint.',
  missingMoments:
    'Choose the optimizer of that training, or remove the wire to start at step 0 with its weights.',
  otherAverage: 'Choose the EMAs of that training, in their order, or another kind.',
  noAverage: 'Choose the EMAs of that training, in their order, or another kind.',
  independentLoss:
    'Connect `model` of TrainingStart to Predict, instead of the model that goes into TrainingStart.',
  noGradient:
    'Put a StopGradient behind the node that computes it, or leave that node out of the zone.',
  kernelInSecondOrder: 'Choose another backend, such as wasm.',
} satisfies SameKeys<typeof trainingMessages>)

export const modelCures = catalogue('modelCures', {
  // every model
  unknownKind:
    'Use a model made by a node of this version. For a kind of your own, pass its definition in `models` to register and to serve, or export it from a module of --nodes.',
  ownConfig: 'Correct that param, or the function `config` of the definition.',
  ownLayers: 'Choose other params, or correct the definition.',
  ownOutput: 'Correct the function `run` of the definition.',
  ownVariance: 'Pass `variance` to createModel, or define an output as wide as x.',
  noDensity: 'Connect ExactModel or Gaussian. For a network, use BitsPerDim.',
  varianceChannels: 'Make the model with a learned variance, or load it as one without a variance.',
  itemShape: 'Set `dim` of the model to that of the data, or connect data that fits the model.',
  imageShape:
    'Connect the data set to `dataset` of UNet, or set sample_size and channels, or connect data that fits the model.',
  constantTime:
    'Connect MLP or UNet, or use the timestep that is wired to JvpStart, which is a constant.',
  logarithmicTime:
    'Use a SigmaSchedule or a FlowSchedule, whose timesteps are above 0, or set time_embedding_type to positional.',
  tableTime:
    'Use the NoiseSchedule that it was trained with and whole timesteps, or set time_embedding_type to positional.',
  tableDerivative: 'Set time_embedding_type of the UNet to positional.',
  cleanTime:
    'Set `end` of Timesteps to smallest, so that the last t_prev is a timestep of the training.',
  perItem: 'Take {argument} and x_t from the same batch.',
  infiniteRatio: 'Use a schedule whose largest σ is finite, such as SigmaSchedule.',
  densityOfPoints: 'Set `std` of ExactModel above 0, or choose t of at least 0.',
  notAGaussian: 'Connect Gaussian, or a trained one.',

  // conditions
  unexpectedLabels: 'Set num_classes of the model, or disconnect `condition`.',
  unexpectedTokens: 'Connect an Attention of kind cross to the UNet, or disconnect `condition`.',
  unexpectedCondition:
    'Set num_classes or class_embed_type of the model, or disconnect `condition`.',
  otherTokens:
    'Connect what the model was made for, or set `tokens` of Attention to what is connected: labels, or vectors for PixelTokens.',
  otherCondition:
    'Connect what the model was made for, or set class_embed_type of the model to what is connected.',
  missingCondition: 'Connect `condition`. For guidance, use a model with class labels.',
  labelsPerItem:
    'Connect as many inputs of LabelTokens, or set labels_per_item of Attention to {count}. For prompts, connect the vocabulary of the training data.',
  labelRange:
    'Choose a label of the training data, or set num_classes of the model to that of the data.',
  tokenWidth: 'Set token_width of Attention to {width}.',
  vectorWidth: 'Connect samples of shape [b, {expected}].',
  noNullCondition: 'Connect labels, LabelTokens or PixelTokens.',
  noTokens: 'Use a UNet with an Attention of kind cross.',

  // functions of models
  notADenoiser: 'Use an autoencoder with Encode and Decode, or connect a denoiser, such as UNet.',

  // autoencoders
  notAnAutoencoder: 'Connect Autoencoder, or a trained one.',
  encoderShape: 'Connect the images that the autoencoder was made for, or crop or pad them.',
  decoderShape: 'Connect latents of Encode, or samples of a model trained on them.',
  autoencoderSize: 'Connect the images, or latents of the images, that it was made for.',
  notTiny: 'Switch `bytes` off.',
  latentDeviation: 'Train the autoencoder first, or connect more data.',

  // inspection
  noNetwork: 'Connect a UNet, DiT, MLP or ModelOutput, or a model around one.',
  withoutAttention: 'Use a DiT, or a UNet with Attention.',
  layerName: 'Choose one of these, or leave it empty to list all layers.',
  attentionLayer: 'Choose one of these.',

  // models of tokens
  notATokenModel: 'Connect the model of TokenOutput, or a trained one.',
  tokenInput: 'Connect a data set of words to ModelInput.',
  tokenOutput: 'End with a Linear whose output is as wide as the vocabulary.',
  tokenCount: 'Use a data set with the same number of places.',
  tokensNeedTime: 'Connect the timestep of the tokens.',

  // classifiers
  notAClassifier: 'Connect Classifier, or a trained one.',
  classifierShape:
    'Connect the data set of these images to `dataset` of Classifier and train it on that, or connect other images.',
  classifierNeedsTime: 'Connect the t of the images.',
  classifierWithoutTime:
    'Disconnect t, or switch `noised` of Classifier on and train it on noisy images.',
  classifierAsDenoiser: 'Use the classifier with Classify, or connect a denoiser, such as UNet.',

  // attention of a UNet
  attentionWithoutClasses:
    'Connect a data set with labels to `dataset` of UNet, set its num_classes, or set `tokens` of Attention to vectors.',
  unexpectedChannels:
    'Set extra_channels of UNet or extra_dim of MLP, or remove the extra channels.',
  channelShape:
    'Set extra_channels of UNet, or extra_dim of MLP, to the number of channels, or connect data of the same size.',
  attentionWithoutWords: 'Connect the data set of CaptionTokens to UNet.',
  attentionTokens:
    'Set cross_attention_dim, `tokens` and the params that depend on it to the same in every Attention of kind cross.',
  middleLayers: 'Set transformer_layers to the same in both Attention nodes.',
  attentionResolution:
    'Choose `resolutions` of Attention from these, or change the levels: block_out_channels has one number per level.',
  headsOfLevel: 'Set `{param}` of Attention to {nearest}, or change the channels of the UNet.',
  headsOfMiddle: 'Set `{param}` of Attention to {nearest}, or change the channels of the UNet.',
} satisfies SameKeys<typeof modelMessages>)

export const memoryCures = catalogue('memoryCures', {
  wasmFull:
    'Lower batch_size, or make the model or its images smaller. Attention grows with the square of the number of pixels.',
  gpuTensor:
    'Lower batch_size, or make the model or its images smaller. Attention grows with the square of the number of pixels.',
} satisfies SameKeys<typeof memoryMessages>)

export const formulaCures = catalogue('formulaCures', {
  // syntax
  empty: 'Write an expression, such as a + b.',
  tooLong: 'Divide the formula between two Formula nodes.',
  tooManyNodes: 'Divide the formula between two Formula nodes.',
  tooDeep: 'Name inner parts before the expression: x = a + b; x * x.',
  character: 'Remove "{text}". Write functions by name, such as sqrt(a) or sigma.',
  malformedNumber: 'Write * to multiply, as in 2 * a.',
  infiniteNumber: 'Write a smaller number.',
  operand: 'Remove "{text}", or write an operand before it.',
  missingOperand: 'Complete the expression.',
  operator: 'Write * to multiply, or remove "{text}".',
  singleEquals: 'Write == to compare. To name a value, write x = a + b; before the expression.',
  bracket: 'Close the bracket, or remove "{text}".',
  missingBracket: 'Add ")".',
  chain: 'Write a < b and b < c.',
  unfinished: 'Write the result after the last ";", as in x = a + b; x * x.',

  // names
  unknownName:
    'Connect values to a to p, or correct the name. All functions are in docs/formula.md.',
  unknownFunction: 'Correct the name. All functions are in docs/formula.md.',
  notAFunction: 'Write * to multiply, as in {name} * (a + b).',
  withoutArguments: 'Write {name}(a), for example.',
  takenName: 'Choose another name.',
  argumentCount: 'Write as many arguments as {name} takes.',

  // values
  notConnected: 'Connect a value to {name}, or remove it from the expression.',
  noSchedule: 'Connect a schedule.',
  noLastTime: 'Connect a NoiseSchedule or a FlowSchedule, or write the number instead of T.',
  onDevice: 'Compute the argument from t, labels, weights or plain numbers only.',
  infiniteConstant: 'Change the constant: 1 / 0 and log(0) have no finite value.',
  shapes: 'Use values of one batch, or reduce one of them: item_mean(a), mean(a).',

  // curves: formulas of u
  curveEmpty: 'Write an expression, such as cos(pi * u / 2)^2.',
  curveTooLong: 'Shorten the expression, or list the values in `table`.',
  curveTooManyNodes: 'Shorten the expression, or list the values in `table`.',
  curveName: 'Write u, which runs from 0 to 1, or correct the name.',
  curveFunction: 'Use functions of numbers, such as cos, exp, sqrt and min.',
  curveRange: 'Change the expression so that it falls from about 1 at u = 0 to about 0 at u = 1.',
  curveRises: 'Change the expression so that it falls from u = 0 to u = 1.',

  // outputs
  numberFromItems: 'Reduce the result to one number, as in mean(a).',
  numberFromBatch: 'Reduce the result to one number, as in mean(a).',
  itemsFromNumber: 'Compute one number per item, as in item_mean(a).',
  itemsFromBatch: 'Reduce the result to one number per item, as in item_mean(a).',
  batchFromNumber: 'Use a batch in the expression: 0 * a + 1 has the shape of a.',
  batchFromItems: 'Use a batch in the expression: 0 * a + sigma has the shape of a.',
  outputOnDevice: 'Compute {output} from t, labels, weights or plain numbers only.',
  fractionalLabel: 'Round the result, as in floor(a).',
  timestepValue: 'Limit the result, as in max(t - 1, -1).',
  weightValue: 'Limit the result, as in clamp(snr, 0, 5).',
} satisfies SameKeys<typeof formulaMessages>)
