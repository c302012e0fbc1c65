// 엔진의 오류를 그래프에서 고치는 방법.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type {
  memoryCures,
  modelCures,
  processCures,
  trainingCures,
} from '../../../../nodes/messages/cures.ts'

export const koProcessCures: SameKeys<typeof processCures> = {
  // 단어
  noWords: '단어를 쓰거나 `length`를 올리세요.',
  tooManyWords: '단어를 줄이거나 `length`를 낮추세요.',

  // 스케줄
  timestepCount: '{argument}을(를) 1000 같은 값으로 정하세요.',
  zeroSnrOfOneTimestep: 'num_train_timesteps를 높이거나 rescale_betas_zero_snr를 끄세요.',
  betaRange: 'beta_start와 beta_end를 0과 1 사이로 정하세요.',
  scaledBetaRange: 'num_train_timesteps를 높이거나 beta_end를 낮추세요.',
  numberList: '0.0001, 0.01, 1e-4와 같은 수를 쓰세요.',
  noNumbers: '타임스텝마다 수를 하나씩 쓰세요.',
  tooManyNumbers: '목록을 줄이세요.',
  tableBetas: '그 수를 고치거나, alpha-bar를 쓰고 alpha_bars를 고르세요.',
  tableAlphaBars: '그 수를 고치거나, beta를 쓰고 betas를 고르세요.',
  levelRange: '이 범위의 값이나 다른 스케줄을 고르세요.',
  timestepRange: 't를 만든 스케줄을 연결하세요.',
  sigmaRange: 't를 만든 스케줄을 연결하세요.',
  noTimeWithoutSignal: '더 작은 t를 고르세요.',
  notDiscrete: 'squaredcos_cap_v2 같은 NoiseSchedule을 연결하세요.',
  endTime: '{argument}을(를) 보통 쓰는 값 1000으로 정하세요.',
  sigmaOrder: 'sigma_min을 0.002, sigma_max를 80으로 정하세요. 보통 쓰는 값입니다.',
  betaGrowth: 'beta_min을 0.1, beta_d를 19.9로 정하세요. 보통 쓰는 값입니다.',

  // 배치
  timestepsPerItem: '{argument}과(와) 샘플을 같은 배치에서 받으세요.',
  shape: '{argument}과(와) {like}을(를) 같은 배치에서 받으세요.',
  timestepPairs: '같은 SamplingStart의 t와 t_prev를 연결하세요.',

  // 순방향 과정, 사후 분포, 예측
  lessNoise: '더 뒤의 t를 고르세요. 순방향 과정은 노이즈를 더하기만 합니다.',
  notEarlier:
    '더 앞선 t_prev를 고르세요. 노이즈 쪽으로 되돌아가려면(inversion) eta = 0인 DDIMStep을 쓰세요.',
  noVariance:
    'UNet이나 MLP의 learned_variance를 learned_range로 정해 학습하거나, 고정된 분산을 고르세요.',
  undeterminedInNoise: 'v_prediction을 예측하는 모델을 쓰거나, 이 타임스텝을 빼세요.',
  undeterminedInData: 'v_prediction을 예측하는 모델을 쓰거나, 이 타임스텝을 빼세요.',
  fractionalTimestep: 'NoiseSchedule로 학습하거나, losses로 가는 연결선을 지우세요.',
  cleanDataInOde: '타임스텝 목록을 FlipTimesteps에 통과시켜, 가장 작은 노이즈에서 올라가게 하세요.',

  // 타임스텝 목록
  respacing: '“250”, “10,15,20”, “ddim50”처럼 쓰세요.',
  respacingStride: '{T}을(를) 나누어떨어지게 하는 수를 고르세요.',
  respacingSection: '타임스텝을 더 적게 고르세요.',
  stepCount: '{argument}을(를) 50 같은 값으로 정하세요.',
  stepCountOfSchedule: '{argument}을(를) {most} 이하로 낮추세요.',
  shiftRange: 'shift를 1, shift_terminal을 0으로 정하세요. 그러면 아무것도 바뀌지 않습니다.',
  shiftWithoutFlow: 'shift를 1, shift_terminal을 0으로 정하세요. 그러면 아무것도 바뀌지 않습니다.',
  originalSteps: '{argument}을(를) {T} 이하로 낮추세요.',
  offset: 'steps_offset이나 num_inference_steps를 낮추세요.',
  infiniteSigma: 'sigma_max를 80 같은 값으로 정하거나, `sigmas`를 schedule로 정하세요.',
  sigmaLimits: 'sigma_min과 sigma_max를 0으로 정하세요. 스케줄의 값을 쓴다는 뜻입니다.',
  sigmaAboveFlow: 'sigma_max를 0으로 정하세요. 스케줄의 값을 쓴다는 뜻입니다.',

  belowList: '노이즈가 더 많은 t를 고르거나, Timesteps의 `end`로 목록을 늘리세요.',
  aboveList: '더 깨끗한 t나, 노이즈가 더 많은 곳에서 시작하는 목록을 고르세요.',

  // 샘플러
  churnWithoutCount: 'SamplingStart의 t를 연결하거나, s_churn을 0으로 정하세요.',
  etaUpward: 'eta를 0으로 정하거나, 내려가는 Timesteps를 쓰세요.',
  startInData: '목록을 뒤집기 전에 Timesteps의 `end`를 smallest로 정하세요.',
  startWithoutSignal:
    'x_0으로 계산하는 솔버(dpmsolver++, predict_x0, 샘플러는 dpmpp_2m이나 unipc)를 쓰거나, 끝에 신호가 남는 스케줄을 쓰세요.',
  noiseUpward: '새 노이즈를 더하지 않는 솔버나, 내려가는 Timesteps를 쓰세요.',
  quantile: '{argument}을(를) 0.995로 정하세요.',
  jump: '{argument}을(를) 논문처럼 10으로 정하세요.',
  errorNotANumber: '예측을 Inspect로 확인하세요. 모델의 학습이 발산했을 수 있습니다.',

  // 손실
  labelsPerItem: '레이블과 이미지를 같은 배치에서 받으세요.',
  labelRange:
    'Classifier의 num_classes를 데이터에 맞추거나, 데이터 세트를 Classifier에 연결하세요.',
  noLabels: 'LabelDropout 앞의 레이블이나, 레이블이 있는 데이터 세트를 연결하세요.',
  levels: '{argument}을(를) 8비트 이미지는 256, 숫자 데이터는 17로 정하세요.',
  weightWithoutSignal: '이 타임스텝을 빼거나, min_snr 또는 v_prediction을 예측하는 모델을 쓰세요.',
  weightWithoutNoise: '이 타임스텝을 빼거나, min_snr 또는 v_prediction을 예측하는 모델을 쓰세요.',

  // 데이터
  emptyBand: 'low_to와 high_from을 옮기거나, 더 큰 이미지를 연결하세요.',
  firstItem: '{argument}을(를) 낮추세요.',
  foldIndex: '{argument}을(를) 낮추거나 folds를 높이세요.',
  foldCount: '{argument}을(를) 낮추세요.',
  joinedShape: '항목의 모양이 같은 데이터 세트를 연결하거나, axis를 channels로 정하세요.',
  pairedSize: '항목 수가 같은 데이터 세트를 연결하거나, Subset으로 고르세요.',
  pairedSides: '크기가 같은 이미지나 점을 연결하세요.',
  datasetTooLarge: '더 적거나 작은 항목을 쓰세요.',
  tableTooLong: '점을 줄이세요.',
  emptyTable: '0.5, -1.2처럼 한 줄에 점 하나씩 붙여 넣으세요.',
  tableColumns: '수의 열을 더하거나 빼세요.',
  tableWidth: '그 줄을 고치세요.',
  tableNumber: '그 칸을 고치세요. 클래스의 열에만 다른 글자를 쓸 수 있습니다.',
  tableQuote: '따옴표를 닫거나 지우세요.',
  tableClasses: '클래스의 열을 지우거나 클래스를 줄이세요.',
  nothingDrawn: '노드 위에 점을 그리거나, 다른 분포를 고르세요.',
  nothingPainted: '노드 위에 칠하거나, 다른 모양을 고르세요.',
}

export const koTrainingCures: SameKeys<typeof trainingCures> = {
  stepRules: '1:1000,0.1:2000,0.01처럼, 단계가 커지는 순서로 쓰세요.',
  risingRate: '{argument}을(를) 낮추거나 lr를 높이세요.',
  otherWeights: '같은 체크포인트의 model과 training을 연결하세요.',
  missingMoments:
    '그 학습의 옵티마이저를 고르거나, 연결선을 지워 그 가중치로 0단계부터 시작하세요.',
  otherAverage: '그 학습의 EMA를 같은 순서로 고르거나, 다른 종류를 고르세요.',
  noAverage: '그 학습의 EMA를 같은 순서로 고르거나, 다른 종류를 고르세요.',
  independentLoss:
    'TrainingStart에 들어가는 모델 대신 TrainingStart의 `model`을 Predict에 연결하세요.',
  noGradient: '그 값을 계산하는 노드 뒤에 StopGradient를 넣거나, 노드를 구간 밖으로 옮기세요.',
  kernelInSecondOrder: 'wasm 같은 다른 백엔드를 고르세요.',
}

export const koModelCures: SameKeys<typeof modelCures> = {
  // 모든 모델
  unknownKind:
    '이 버전의 노드로 만든 모델을 쓰세요. 직접 만든 종류라면 그 정의를 register와 serve의 `models`로 넘기거나, --nodes 모듈에서 내보내세요.',
  ownConfig: '그 설정이나, 정의의 `config` 함수를 고치세요.',
  ownLayers: '다른 설정을 고르거나, 정의를 고치세요.',
  ownOutput: '정의의 `run` 함수를 고치세요.',
  ownVariance: 'createModel에 `variance`를 넘기거나, 출력의 너비를 x와 같게 하세요.',
  noDensity: 'ExactModel이나 Gaussian을 연결하세요. 신경망에는 BitsPerDim을 쓰세요.',
  varianceChannels: '분산도 학습하게 모델을 만들거나, 분산 없는 모델로 불러오세요.',
  itemShape: '모델의 `dim`을 데이터에 맞추거나, 모델에 맞는 데이터를 연결하세요.',
  imageShape:
    '데이터 세트를 UNet의 `dataset`에 연결하거나, sample_size와 channels를 정하거나, 모델에 맞는 데이터를 연결하세요.',
  constantTime: 'MLP나 UNet을 연결하거나, JvpStart에 연결된 타임스텝을 상수로 쓰세요.',
  logarithmicTime:
    '타임스텝이 0보다 큰 SigmaSchedule이나 FlowSchedule을 쓰거나, time_embedding_type을 positional로 하세요.',
  tableTime:
    '학습에 쓴 NoiseSchedule과 정수 타임스텝을 쓰거나, time_embedding_type을 positional로 하세요.',
  tableDerivative: 'UNet의 time_embedding_type을 positional로 하세요.',
  cleanTime: 'Timesteps의 `end`를 smallest로 정해, 마지막 t_prev가 학습한 타임스텝이 되게 하세요.',
  perItem: '{argument}과(와) x_t를 같은 배치에서 받으세요.',
  infiniteRatio: 'SigmaSchedule처럼 가장 큰 σ가 유한한 스케줄을 쓰세요.',
  densityOfPoints: 'ExactModel의 `std`를 0보다 크게 하거나, 0 이상의 t를 고르세요.',
  notAGaussian: 'Gaussian이나 그것을 학습한 모델을 연결하세요.',

  // 조건
  unexpectedLabels: '모델의 num_classes를 정하거나, `condition`의 연결을 끊으세요.',
  unexpectedTokens: 'cross 종류의 Attention을 UNet에 연결하거나, `condition`의 연결을 끊으세요.',
  unexpectedCondition:
    '모델의 num_classes나 class_embed_type을 정하거나, `condition`의 연결을 끊으세요.',
  otherTokens:
    '모델에 맞는 것을 연결하거나, Attention의 `tokens`를 연결한 것에 맞추세요. 레이블이면 labels, PixelTokens면 vectors입니다.',
  otherCondition: '모델에 맞는 것을 연결하거나, 모델의 class_embed_type을 연결한 것에 맞추세요.',
  missingCondition: '`condition`을 연결하세요. 가이던스에는 클래스 레이블이 있는 모델을 쓰세요.',
  labelsPerItem:
    'LabelTokens의 입력을 그만큼 연결하거나, Attention의 labels_per_item을 {count}(으)로 정하세요. ' +
    '프롬프트라면 학습 데이터의 어휘를 연결하세요.',
  labelRange: '학습 데이터에 있는 레이블을 고르거나, 모델의 num_classes를 데이터에 맞추세요.',
  tokenWidth: 'Attention의 token_width를 {width}(으)로 정하세요.',
  vectorWidth: '[b, {expected}] 모양의 샘플을 연결하세요.',
  noNullCondition: '레이블, LabelTokens, PixelTokens 가운데 하나를 연결하세요.',
  noTokens: 'cross 종류의 Attention이 있는 UNet을 쓰세요.',

  // 모델 들여다보기
  noNetwork: 'UNet, DiT, MLP, ModelOutput, 또는 이를 감싼 모델을 연결하세요.',
  withoutAttention: 'DiT나, Attention이 있는 UNet을 쓰세요.',
  layerName: '그 가운데 하나를 고르거나, 비워서 모든 레이어의 목록을 보세요.',
  attentionLayer: '그 가운데 하나를 고르세요.',

  // 분류기
  notADenoiser: '오토인코더는 Encode와 Decode에 쓰세요. 여기에는 UNet 같은 디노이저를 연결하세요.',
  notAnAutoencoder: 'Autoencoder나 그것을 학습한 모델을 연결하세요.',
  encoderShape: '오토인코더를 만든 이미지를 연결하거나, 이미지를 자르거나 덧대세요.',
  decoderShape: 'Encode의 잠재 표현이나, 그것으로 학습한 모델의 샘플을 연결하세요.',
  autoencoderSize: '이 오토인코더를 만든 이미지나 그 잠재 표현을 연결하세요.',
  notTiny: '`bytes`를 끄세요.',
  latentDeviation: '오토인코더를 먼저 학습하거나 데이터를 더 연결하세요.',
  notATokenModel: 'TokenOutput의 모델이나 그것을 학습한 모델을 연결하세요.',
  tokenInput: '단어의 데이터 세트를 ModelInput에 연결하세요.',
  tokenOutput: '출력이 어휘만큼 넓은 Linear로 끝내세요.',
  tokenCount: '자리의 수가 같은 데이터 세트를 쓰세요.',
  tokensNeedTime: '토큰의 타임스텝을 연결하세요.',
  notAClassifier: 'Classifier나 그것을 학습한 모델을 연결하세요.',
  classifierShape:
    '이 이미지의 데이터 세트를 Classifier의 `dataset`에 연결해 그것으로 학습하거나, 다른 이미지를 연결하세요.',
  classifierNeedsTime: '이미지의 t를 연결하세요.',
  classifierWithoutTime:
    't의 연결을 끊거나, Classifier의 `noised`를 켜고 노이즈 낀 이미지로 학습하세요.',
  classifierAsDenoiser: '분류기는 Classify에 쓰세요. 여기에는 UNet 같은 디노이저를 연결하세요.',

  // UNet의 어텐션
  attentionWithoutClasses:
    '레이블이 있는 데이터 세트를 UNet의 `dataset`에 연결하거나, num_classes를 정하거나, Attention의 `tokens`를 vectors로 ' +
    '정하세요.',
  unexpectedChannels: 'UNet의 extra_channels나 MLP의 extra_dim을 설정하거나 추가 채널을 빼세요.',
  channelShape:
    'UNet의 extra_channels나 MLP의 extra_dim을 그 채널 수로 맞추거나, 크기가 같은 데이터를 연결하세요.',
  attentionWithoutWords: 'CaptionTokens의 데이터 세트를 UNet에 연결하세요.',
  attentionTokens:
    'cross 종류의 모든 Attention에서 cross_attention_dim, `tokens`와 거기에 딸린 파라미터를 같게 정하세요.',
  middleLayers: '두 Attention 노드의 transformer_layers를 같게 정하세요.',
  attentionResolution:
    'Attention의 `resolutions`를 이 가운데서 고르거나, 수준을 바꾸세요. block_out_channels의 수 하나가 수준 하나입니다.',
  headsOfLevel: 'Attention의 `{param}`을(를) {nearest}(으)로 정하거나, UNet의 채널을 바꾸세요.',
  headsOfMiddle: 'Attention의 `{param}`을(를) {nearest}(으)로 정하거나, UNet의 채널을 바꾸세요.',
}

export const koMemoryCures: SameKeys<typeof memoryCures> = {
  wasmFull:
    'batch_size를 낮추거나, 모델이나 이미지를 줄이세요. 어텐션은 픽셀 수의 제곱에 비례해 메모리를 씁니다.',
  gpuTensor:
    'batch_size를 낮추거나, 모델이나 이미지를 줄이세요. 어텐션은 픽셀 수의 제곱에 비례해 메모리를 씁니다.',
}
