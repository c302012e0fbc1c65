// 여러 노드가 함께 쓰는 설명, 한국어.

export const shared = {
  logits: 'Classify의 로짓',
  conditional: '조건부 예측 c. 조건을 연결한 Predict에서',
  tOfX: 'x_t의 타임스텝',
  trainedSchedule: '모델을 학습한 스케줄',
  trainedModel: '학습된 모델이나 정확한 모델',
  initialNoise: '초기 노이즈',
  labels: '레이블. 항목마다 하나 또는 모두에 하나',
  samples: '샘플',
  accepted: '받아들인 단계의 수',
  tried: '시도한 모든 단계의 수',
  higherOrder: '높은 차수 솔버의 차수이자 단계마다의 모델 평가 수',
  rtol: '상대 허용 오차. 작을수록 정확하고 느립니다',
  atol: '절대 허용 오차. 0.0078은 256단계 밝기의 한 단계',
  maxSteps: '단계 수의 상한. 버린 단계도 셉니다',
  initialStep: '초기 단계 크기, log(alpha / sigma)로',
  proportional: 'PID 단계 크기 제어의 비례 계수',
  integral: '적분 계수',
  derivative: '미분 계수',
  acceptSafety: '다음 단계가 이 비율보다 작아질 단계는 버리고 다시 합니다',
  keepEvery: '궤적에 n번째 단계마다 저장합니다. 64 MB를 넘으면 더 드물게',
  fromStart: '루프의 Start에서',
  xHigh: '높은 차수 솔버로 구한 t_prev의 데이터',
  xLow: '낮은 차수 솔버로 구한 t_prev의 데이터',
  error: '허용 오차에 대한 오차 추정값. 1이 한계',
  afterLastStep: '마지막 단계를 마친 샘플',
  toEnd: '루프의 End로',
  currentX: '현재 x_t',
  xLowBefore: '앞 단계에서 낮은 차수 솔버의 결과',
  noisyData: '노이즈 낀 데이터',
  oneOrPerItem: '항목마다 하나, 또는 모든 항목에 하나. -1은 안 됩니다',
  modelToAverage: 'TrainingEnd나 LoadCheckpoint의 학습된 모델. 가중치가 바뀝니다',
  averagedModel: '평균한 가중치의 모델',
  levels:
    '픽셀이 가질 수 있는 값의 수. -1에서 1까지 같은 간격: 8비트는 256, 숫자 데이터는 17. 0이면 점처럼 연속',
  batchSize: '배치마다의 항목 수. 모두 함께 계산하기에 메모리가 모자랄 때. 0이면 모두',
  title: '차트의 제목',
  lineNames: '선의 이름, 쉼표로 구분',
  yLog: '로그 y축',
  noisedClassifier: '노이즈 낀 이미지로 학습한 Classifier. `noised`를 켠 것',
  imageSize: '이미지의 높이와 너비(픽셀)',
  imageChannels: '이미지의 채널. 1은 회색조, 3은 RGB',
  weightSeed: '시드가 같으면 같은 가중치에서 시작합니다',
  fromPredict: 'Predict의 예측',
  predictedFrom: '예측에 쓴 노이즈 낀 데이터',
  classifierScale: '가이던스 스케일 w. 0이면 가이던스 없음. 논문은 1~10을 씁니다',
  atT: 't의 데이터',
  anyPrediction: 'x_t에 대한 모델의 예측. 유형은 무엇이든',
  stepEnd: '이 단계가 끝나는 타임스텝. -1은 깨끗한 데이터',
  noise: '노이즈 z. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  atTPrev: 't_prev의 데이터',
  sigmaMin: '모델이 입력을 그대로 돌려주는 노이즈 수준 sigma / alpha. Precondition의 값과 같게',
  seed: '시드가 같으면 같은 난수를 뽑습니다',
  levelSchedule: 't의 노이즈 수준을 정하는 스케줄',
  noiseForEta: 'eta가 0보다 클 때의 노이즈 z. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  ddimEta: '새 노이즈의 양. 0이면 결정적, 1이면 DDPM',
  rederive:
    '자른 뒤의 x_0에서 노이즈를 다시 계산합니다(diffusers의 use_clipped_model_output, 거기서는 꺼져 있음). 끄면 가이던스와 함께 자를 ' +
    '때 샘플이 망가집니다',
  solverOrder: '한 단계에 쓰는 예측의 수. 1이면 DDIM',
  lowerOrderFinal:
    '마지막 단계에서 차수를 낮춥니다. 단계가 적을 때 샘플이 좋아집니다. DPM-Solver와 DEIS는 15단계 미만에서만 적용합니다',
  gridColumns: '격자마다의 열 수. 0이면 이미지를 가장 크게',
  blockSize: '블록 한 변의 길이 s(픽셀)',
  row: '한 줄',
  rowNames: '줄의 이름, 쉼표로 구분',
  condition: '레이블. 없으면 -1. 연결하지 않으면 무조건부',
  askedModel: '학습된 모델이나 정확한 모델. 단계마다 여러 번 평가합니다',
  eta: '새 노이즈의 양. 0이면 결정적, 1이면 사후 분포만큼',
  noiseFactor: '새 노이즈에 곱하는 값. 1보다 조금 크면 잃은 세부를 보완합니다',
  secondStage: '두 번째 평가의 위치. lambda로 잰 단계의 비율',
  noiseForSde: 'sde- 알고리즘의 노이즈 z. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  eulerAtFinal: '마지막 단계를 1차로',
  warmup: '워밍업의 파라미터',
  noiseForChurn: 's_churn이 0보다 클 때의 노이즈. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  addingSchedule: '노이즈를 더하는 스케줄',
  noiseToData: '노이즈에서 데이터로 가는 목록',
  continuousSchedule: '연속 시간 스케줄',
  cleanData: '깨끗한 데이터',
  manySamples: '평가할 샘플. 수백 개 이상',
  realData: '비교할 실제 데이터',
  featureClassifier: '특징을 비교할 학습된 Classifier. 연결하지 않으면 주성분',
  components: '기준 데이터의 주성분 수',
  count: '양쪽마다 항목 수의 상한. 더 큰 데이터 세트에서는 같은 간격으로 고릅니다',
  dimension: '점의 차원',
  gamma: '외삽 계수. 1이면 Euler',
  guidanceScale: '가이던스 스케일 w. 0이면 무조건부, 1이면 가이던스 없음, 클수록 조건을 더 따름',
  rescale:
    '가이던스를 적용한 예측의 표준 편차를 조건부 예측에 가깝게 맞춥니다. 0이면 끔, 0.7이면 지나친 대비를 줄임',
  tLow: '가이던스를 적용하는 가장 낮은 타임스텝',
  tHigh: '가이던스를 적용하는 가장 높은 타임스텝. 노이즈가 많은 쪽을 빼면 샘플이 다양해집니다',
  target: '목표. Target에서',
  sameWithNoise: '같은 데이터에 노이즈를 더한 것',
  betaSchedule: 'beta 스케줄',
  scalarLoss: '스칼라 손실',
  likeBatch: '이 배치의 항목마다 하나씩 뽑습니다. 루프 안의 값을 연결하면 반복마다 새로 뽑습니다',
  perItem: '항목마다 하나',
  variance: '원소마다의 분산',
  stepCount: '단계의 수',
  boundarySigma: 't = 0의 경계 조건에 쓰는 데이터의 표준 편차. 0이면 경계 조건 없음',
  timestepScaling: '경계 조건에서 t에 곱하는 계수 k',
  lmsOrder: '쓰는 예측의 수. 1이면 Euler',
  firstSteps: {
    about: 'SplitTimesteps로 나눈 목록의 첫 단계들',
    each: {
      rising: '있는 예측 수만큼의 차수',
      full_order:
        'diffusers처럼 앞의 타임스텝을 모두 센 차수. 없는 예측은 0으로 봅니다. 덜 정확합니다',
    },
  },
  noiseToClean:
    '0보다 큰 t에서 깨끗한 데이터로 가는 단계에도 노이즈를 더합니다. steps_offset이 있는 diffusers와 같으며, 샘플에 노이즈가 남습니다',
  points: '점 [b, dim]',
  dataSigma: '데이터의 표준 편차',
  untrainedModel: '학습 전 모델',
  numClasses: '조건으로 쓸 클래스 수. 0이면 무조건부',
  judgedSamples: '평가할 샘플',
  images: '이미지 [b, h, w, c]',
  squareDecay: '기울기 제곱 이동 평균의 감쇠율',
  skipPrkSteps: 'PLMS(Stable Diffusion): Runge-Kutta 단계 없이 첫 단계만 두 번 평가합니다',
  stepEndOrPrevious: '이 단계가 끝나는 타임스텝. 연결하지 않으면 t - 1',
  varianceLikeMean: '원소마다의 분산. mean과 같은 모양',
  timestepSchedule: '타임스텝을 쓸 스케줄',
  index: '반복 번호: 0, 1, 2, ...',
  anyValue: '임의의 값',
  prediction: 'x_t에 대한 모델의 예측',
  predictorOrder: '예측자가 쓰는 예측의 수',
  correctorOrder: '수정자가 쓰는 예측의 수, 끝점의 것을 포함. 0이면 수정자 없음',
  tau: '새 노이즈의 양. 0이면 없음, 1이면 역과정만큼',
  tauMin: '새 노이즈를 더하는 가장 낮은 t',
  tauMax: '새 노이즈를 더하는 가장 높은 t. 스케줄의 단위로',
  tcdEta: '깨끗한 데이터 쪽으로 더 가는 비율. 논문의 gamma',
  predictX0: 'x_0 예측을 씁니다. 끄면 노이즈 예측',
  disableCorrector: '보정하지 않는 처음 단계의 수. 가이던스가 강하면 1이나 2',
  line: '선 하나',
  reverseVariance: {
    about: '역방향 단계의 분산',
    each: {
      fixed_small: '사후 분포의 분산',
      fixed_large: 'beta 값',
      learned: '모델이 예측한 값(분산을 예측하는 모델일 때)',
    },
  },
  noiseVariance: {
    about: '새 노이즈의 분산',
    each: {
      fixed_small: '사후 분포의 분산',
      fixed_large: 'beta 값',
      learned: '모델이 예측한 값(분산을 예측하는 모델일 때)',
    },
  },
  range: {
    about: '값을 밝기로 나타내는 방법',
    each: {
      data: '-1은 검정, 1은 하양. 벗어난 값은 자름',
      auto: '가장 작은 값부터 가장 큰 값까지',
    },
  },
  lastOrders: {
    about: '마지막 단계의 차수',
    each: { '1': '평가 3 n - 2번', '2': '평가 3 n - 1번', '2, 1': '평가 3 n - 3번' },
  },
  solverType: {
    about: '예측 변화의 가중 방법',
    each: {
      midpoint: '중간점 규칙(diffusers). 3차도 2차처럼 수렴',
      heun: '기울기를 적분(diffusers). 3차도 2차처럼 수렴',
      exact: '온전히 적분. 단계가 많을 때',
    },
  },
  algorithmType: {
    about: '푸는 방정식',
    each: {
      'dpmsolver++': 'x_0 예측으로',
      dpmsolver: '노이즈 예측으로',
      'sde-dpmsolver++': 'x_0 예측으로, 단계마다 새 노이즈',
      'sde-dpmsolver': '노이즈 예측으로, 단계마다 새 노이즈',
    },
  },
  learnedVariance: {
    about: '역방향 단계의 분산도 예측합니다. 출력 채널이 두 배가 됩니다. HybridLoss로 학습하세요',
    each: {
      none: '고정된 분산',
      learned_range: '고정된 두 분산 사이를 보간(Nichol & Dhariwal 2021)',
      learned: '분산의 로그',
    },
  },
  predicts: {
    about: '모델의 예측 유형',
    each: {
      epsilon: '노이즈 ε(DDPM)',
      v_prediction: '속도 v = α ε − σ x₀',
      sample: '깨끗한 데이터 x₀',
      flow_prediction: 'flow 속도 ε − x₀',
    },
  },
  combines: {
    about: '외삽하는 양',
    each: {
      epsilon: '노이즈. 논문과 같음',
      output: '모델의 출력. diffusers와 같음. v에서는 차수를 하나 잃음',
    },
  },
  sigmas: {
    about:
      'timestep_spacing 대신, 가장 높은 sigma와 가장 낮은 sigma 사이의 곡선으로 정한 노이즈 수준',
    each: {
      schedule: '곡선 없음(sigma 스케줄이면 karras)',
      karras: '7제곱근에서 균등: 데이터 가까이에 작은 단계가 많음',
      exponential: 'log sigma에서 균등(diffusers의 use_lu_lambdas와 같음)',
      polyexponential: 'log sigma에서 거듭제곱 간격',
      beta: '베타 분포: 양 끝에 더 많음',
    },
  },
}

/** 예측을 받는 샘플링 단계의 입력. */
export const predictionStepInputs = {
  x_t: shared.atT,
  prediction: shared.anyPrediction,
  t: shared.tOfX,
  t_prev: shared.stepEnd,
  schedule: shared.trainedSchedule,
}

/** 모델을 평가하는 샘플링 단계의 입력. */
export const modelStepInputs = {
  x_t: shared.atT,
  model: shared.askedModel,
  condition: shared.condition,
  t: shared.tOfX,
  t_prev: shared.stepEnd,
  schedule: shared.trainedSchedule,
}

/** 샘플링 단계의 출력. */
export const stepOutputs = { x_prev: shared.atTPrev }

/** 예측한 x_0을 자르는 파라미터. */
export const clipping = {
  clip: {
    about: '예측한 x_0을 데이터의 범위로 자릅니다',
    each: {
      auto: '이미지면 자르고, 아니면 자르지 않음',
      on: '-clip_range부터 clip_range까지',
      off: '자르지 않음',
      dynamic: '이미지마다 동적 임계(Imagen). 잠재 변수에는 쓰지 않음',
    },
  },
  clip_range: '-clip_range부터 clip_range까지로 자릅니다',
  threshold_quantile: '임계로 쓰는, 이미지 절댓값의 분위수',
  threshold_max: '임계의 최댓값',
}

/** 단계 앞에서 더하는 노이즈의 파라미터. */
export const churn = {
  s_churn:
    '단계 앞에서 더하는 노이즈의 양, 모든 단계의 합. 오차를 없앱니다. 0이면 없음, 40이면 많음',
  s_tmin: 'churn을 적용하는 가장 작은 노이즈 수준 sigma / alpha',
  s_tmax: 'churn을 적용하는 가장 큰 노이즈 수준 sigma / alpha',
  s_noise: '새 노이즈에 곱하는 값. 1보다 조금 크면 잃은 세부를 보완합니다',
}

/** 손실의 오차 함수를 정하는 파라미터. */
export const errorParams = {
  kind: {
    about: '오차 함수',
    each: {
      mse: '제곱 오차',
      l1: '절대 오차',
      huber: 'delta보다 작으면 제곱, 크면 선형',
      pseudo_huber: '절대 오차의 매끄러운 근사',
    },
  },
  delta: '손실이 선형이 되는 오차',
  c: '손실이 선형이 되기 시작하는 오차',
}
