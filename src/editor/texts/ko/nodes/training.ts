// 분류 training(학습)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { clipping, errorParams, shared } from './shared.ts'

export const training = {
  AveragedModel: {
    summary:
      '모델의 가중치를 학습이 저장한 평균(EMA) 가운데 하나로 바꿉니다. 여러 EMA를 비교할 때 씁니다.',
    inputs: {
      model: shared.modelToAverage,
      training: '평균이 있는 학습: EMA를 TrainingStart에 연결',
    },
    outputs: {
      model: shared.averagedModel,
    },
    params: {
      average: '몇째 EMA인지. 연결한 순서로 처음부터 셉니다',
      learner: '여러 모델을 학습할 때 모델의 번호. model_2이면 2',
    },
  },

  DriftField: {
    summary:
      '생성한 샘플의 drifting 장: 커널로 가중해 데이터 쪽으로, 서로에게서 멀어지게 합니다. 둘의 분포가 같으면 0입니다. 한 단계 생성기가 이 장을 따르도록 학습합니다. 샘플 a와 그 drift b의 손실은 mean((a - stop(a + b))^2)입니다.',
    inputs: {
      samples: '생성한 샘플 [n, ...], 둘 이상',
      data: '데이터 [m, ...]. 항목의 모양이 같아야 합니다',
    },
    outputs: { drift: '샘플마다의 drift [n, ...]. 기울기는 없습니다' },
    params: {
      temperature:
        '데이터의 단위로 잰 커널의 범위 τ. 짧으면 샘플이 가까운 데이터 위로 퍼지고, 길면 멀리서도 데이터를 찾습니다',
    },
  },

  EMA: {
    summary:
      '학습하는 동안 가중치의 지수 이동 평균(EMA)을 구합니다. 평균한 모델은 대개 마지막 단계의 가중치보다 샘플이 좋습니다.',
    inputs: {
      ema: '같은 학습의 다른 평균. 이것들이 앞에 옵니다',
    },
    outputs: {
      ema: 'TrainingStart나 다른 EMA에 연결',
    },
    params: {
      kind: {
        about: '감쇠율 d를 정하는 방법',
        each: {
          diffusers: 'decay까지 커짐(diffusers의 EMAModel)',
          k_diffusion: 'decay까지 커짐(k-diffusion의 EMAWarmup)',
          constant: '항상 decay',
          half_life: '단계 수로 정한 반감기에서(EDM)',
          power_function: '지금까지의 학습에 대한 상대 너비에서(EDM2)',
        },
      },
      decay: '감쇠율 d의 최댓값. 대략 마지막 1 / (1 - d) 단계를 평균합니다',
      half_life: '평균에서 한 단계의 비중이 절반으로 줄 때까지의 단계 수',
      ema_rampup_ratio: '반감기를 지금까지의 단계 수에 대한 이 비율로 제한합니다. 0이면 제한 없음',
      sigma_rel: '평균의 너비. 지금까지의 학습에 대한 비율',
      snapshots: 'PostHocEMA를 위해 저장할 평균 스냅숏의 최대 수. 0이면 없음',
      min_decay: '감쇠율 d의 최솟값. decay와 같으면 d는 일정합니다',
      update_after_step: '이 단계까지 평균은 가중치의 사본이거나, min_decay를 씁니다(k_diffusion)',
      use_ema_warmup: 'd가 1 - (1 + k / inv_gamma)^-power로 커집니다. 끄면 (1 + k) / (10 + k)로',
      inv_gamma: shared.warmup,
      power: shared.warmup,
    },
  },

  HybridLoss: {
    summary: '분산도 학습하는 모델의 손실: 예측에는 제곱 오차를, 분산에만 변분 하한을 씁니다.',
    inputs: {
      prediction: '분산을 학습하는 모델의 예측. Predict에서',
      target: shared.target,
      x_0: shared.cleanData,
      x_t: shared.sameWithNoise,
      t: shared.tOfX,
      schedule: shared.betaSchedule,
    },
    outputs: {
      loss: shared.scalarLoss,
      mse: '평균 제곱 오차',
      vlb: '변분 하한 전체의 추정값(bits/dim)',
    },
    params: {
      vlb_weight: 'λ: 변분 하한의 가중치. 타임스텝이 1000개일 때 0.001이면 항마다 가중치가 1',
      levels: shared.levels,
    },
  },

  KL: {
    summary:
      '두 가우스 분포 q와 p의 쿨백-라이블러 발산을 닫힌 식으로 계산합니다. q가 Posterior, p가 ReverseProcess면 변분 하한의 한 항입니다.',
    inputs: {
      mean_q: 'q의 평균',
      variance_q: shared.variance,
      mean_p: 'p의 평균',
      variance_p: shared.variance,
    },
    outputs: {
      kl: '모든 원소의 평균',
    },
    params: {
      unit: {
        about: '결과의 단위',
        each: { bits: '차원마다의 비트(밑이 2인 로그)', nats: 'nat(자연로그)' },
      },
    },
  },

  KLEstimate: {
    summary:
      '첫째 분포의 샘플로 KL 발산을 몬테카를로 추정합니다. 데이터의 샘플이면 모든 모드를 덮는 정방향 KL, 모델의 샘플이면 한 모드를 찾는 역방향 KL입니다.',
    inputs: {
      log_p: '샘플이 나온 분포의 로그 밀도. LogDensity에서',
      log_q: '같은 샘플에서 다른 분포의 로그 밀도',
    },
    outputs: {
      kl: 'nat 단위. 우연히 0보다 조금 작을 수 있습니다',
    },
  },

  Loss: {
    summary:
      '예측과 목표 사이의 평균 오차입니다. 항목마다 타임스텝에 따라 가중치를 둘 수 있습니다.',
    inputs: {
      prediction: shared.fromPredict,
      target: shared.target,
      schedule: 'weighting에 필요',
      t: 'weighting과 losses에 필요',
      weights: '항목마다의 추가 가중치. ImportanceTimesteps에서',
    },
    outputs: {
      loss: shared.scalarLoss,
      losses: '입력 weights를 곱하기 전 항목마다의 오차. t가 필요합니다',
    },
    params: {
      ...errorParams,
      weighting: {
        about:
          't의 신호 대 잡음비(SNR)에 따른 항목의 가중치. uniform이 아니면 x_0 오차의 가중치를 예측 유형에 맞게 바꿉니다',
        each: {
          uniform: '무엇을 예측하든 가중치 1',
          min_snr: 'SNR, 상한은 gamma',
          soft_min_snr: 'min_snr을 매끄럽게 한 것',
          snr: 'SNR. epsilon 오차의 가중치가 1',
          snr_plus_1: 'SNR + 1. v 오차의 가중치가 1',
          truncated_snr: 'SNR, 하한은 1',
          p2: 'P2. 작은 노이즈 수준의 가중치를 줄임',
          edm: 'EDM. SNR에 상수를 더함',
          sigma_sqrt: 'flow 오차의 가중치가 1(SD3)',
          cosmap: 'CosMap(SD3 방식)',
        },
      },
      gamma: 'SNR의 상한',
      sigma_data: shared.dataSigma,
      p2_gamma: '작은 노이즈 수준의 가중치를 줄이는 정도',
      p2_k: 'SNR에 더하는 상수',
    },
  },

  Optimizer: {
    summary:
      '학습의 옵티마이저입니다. 8가지 알고리즘에 워밍업, 학습률 스케줄, 기울기 클리핑을 쓸 수 있습니다.',
    outputs: {
      optimizer: 'TrainingStart에 연결',
    },
    params: {
      algorithm: '알고리즘. adamw는 가중치 감쇠를 따로 적용하고, 나머지는 기울기에 더합니다',
      lr: '워밍업 뒤의 학습률',
      lr_schedule:
        '워밍업 뒤의 학습률. linear부터 polynomial까지는 마지막 단계에 맞춰 끝나고, 나머지는 단계 수와 상관없습니다',
      num_cycles: '코사인 주기의 수',
      power:
        '지수. polynomial: 1보다 크면 처음에 빨리 낮아짐; inverse: (1 + step / inv_gamma)^-power',
      lr_end: '마지막 단계의 학습률',
      step_rules: 'lr에 곱할 값. 마지막을 제외하고 저마다 끝나는 단계와 함께',
      ref_steps: '이 단계까지 일정하다가 1 / sqrt(step / ref_steps)로 낮아집니다(EDM2)',
      inv_gamma: '학습률이 lr / 2^power이 될 때까지의 단계 수',
      decay: 'num_steps 뒤에 남는 학습률의 비율',
      num_steps: 'decay만큼 낮아지는 데 걸리는 단계 수',
      min_lr: '학습률의 하한',
      warmup_steps: '학습률이 0에서 커지는 단계 수',
      warmup: '지수 워밍업: 1 - warmup^(step + 1)',
      beta1: '기울기 이동 평균의 감쇠율',
      beta2: shared.squareDecay,
      amsgrad: '지금까지 가장 큰 기울기 제곱 평균으로 나눕니다',
      momentum_decay: 'beta1이 절반에서 제 값까지 커지는 속도',
      alpha: shared.squareDecay,
      momentum: '모멘텀. 0이면 없음',
      nesterov: 'Nesterov 모멘텀',
      eps: '기울기가 사라질 때 0으로 나누는 것을 막습니다',
      weight_decay: '가중치 감쇠: 가중치를 0으로 당기는 정도',
      clip_norm: '전체 기울기의 최대 노름. 0이면 클리핑 없음',
    },
  },

  PostHocEMA: {
    summary:
      '사후 EMA: 너비를 학습이 끝난 뒤에 고르는 평균입니다. 저장된 거듭제곱 함수 EMA 스냅숏의 선형 결합으로 만듭니다.',
    inputs: {
      model: shared.modelToAverage,
      training: '종류가 power_function인 평균이 있는 학습. 좁은 것과 넓은 것 둘이 가장 좋습니다',
    },
    outputs: {
      model: shared.averagedModel,
      error: '요청한 평균과의 거리. 0이면 같고, 1이면 관계없음',
    },
    params: {
      sigma_rel: '평균의 너비. 학습에 대한 비율',
      t: '평균이 끝나는 옵티마이저 단계. 0이면 마지막',
      learner: '여러 모델을 학습할 때 모델의 번호. model_2이면 2',
    },
  },

  TrainingEnd: {
    summary: '학습 루프의 끝입니다. 단계마다 손실을 받아 학습된 모델을 내보냅니다.',
    inputs: {
      loop: shared.fromStart,
      loss: '최소화할 손실. loss_2는 model_2만 학습합니다. 연결하지 않으면 model_2도 loss로 학습합니다',
      losses:
        '항목마다의 손실. ImportanceTimesteps를 위해 기록합니다. 단계마다 값이 나올 때까지 기다립니다',
      again: '0보다 크지 않게 되면 학습을 일찍 끝냅니다',
      value: '다음 단계로 넘길 값',
    },
    outputs: {
      model: '마지막 단계의 가중치인 모델',
      ema: '평균한 가중치인 모델. EMA가 여럿이면 첫째, 없으면 마지막 단계의 가중치',
      history: '단계마다의 손실',
      training:
        '이어서 학습할 학습 상태. SaveCheckpoint에 연결. 모든 평균이 들어 있어 AveragedModel과 PostHocEMA에도 연결',
      value: '마지막 단계 뒤의 값',
    },
    params: {
      emit_every:
        '학습 중 모델 미리보기 사이의 최소 단계 수. 미리보기가 시간의 5분의 1을 넘게 쓰면 더 드물게, 처음에는 더 자주. 0이면 없음',
      updates: {
        about: '손실이 여럿일 때 모델을 갱신하는 시점',
        each: {
          together: '모든 손실을 단계 전의 가중치로 계산합니다',
          in_turn: '손실마다, 앞선 손실의 모델을 갱신한 뒤에 계산합니다',
        },
      },
      again_every:
        'again을 읽는 간격(단계 수). CPU에서 이미 아는 값이면 단계마다. 읽을 때마다 장치를 기다립니다',
    },
  },

  TrainingStart: {
    summary: '학습 루프의 시작입니다. 단계마다 데이터 배치와 현재 가중치의 모델을 내보냅니다.',
    inputs: {
      model: '학습할 모델. 루프는 사본을 학습합니다',
      dataset: '학습 데이터',
      optimizer: '기울기로 가중치를 갱신합니다. 다른 모델도 따로 연결하지 않으면 첫째를 씁니다',
      ema: '단계에 걸친 가중치의 평균. 여럿을 이을 수 있습니다',
      training:
        '이어서 학습할 학습 상태. LoadCheckpoint에서. 모델의 가중치 대신 그 가중치를 씁니다',
      value: '단계마다 다음으로 넘기는 값의 초깃값. 이동 평균 같은 것',
    },
    outputs: {
      loop: shared.toEnd,
      x_0: '깨끗한 데이터의 배치',
      labels: '배치의 레이블. 데이터 세트에 클래스가 있을 때',
      tokens: '배치의 캡션의 토큰. 데이터 세트가 CaptionTokens에서 왔을 때',
      model: '이 단계의 모델. 손실이 이 모델에 의존해야 합니다',
      ema: '이 단계의 평균한 가중치인 모델. 기울기가 없는 목표로 씁니다. EMA가 없으면 이 단계의 가중치',
      step: '이 단계에 앞선 단계의 수',
      record:
        '타임스텝마다 최근 손실. ImportanceTimesteps에 연결. TrainingEnd에 losses를 연결하지 않으면 비어 있습니다',
      value: '앞 단계의 값',
    },
    params: {
      steps: '학습 단계의 수. 단계마다 배치 하나',
      count: {
        about: 'training이 연결되었을 때 steps가 세는 단계',
        each: {
          in_all: '연결된 학습의 단계까지 포함한 전체',
          more: '연결된 학습 뒤에 더 갈 단계. Repeat의 라운드마다',
        },
      },
      batch_size: '단계마다의 예시 수',
      gradient_accumulation_steps:
        '가중치를 한 번 갱신하기 위해 기울기를 평균하는 단계 수. 같은 메모리로 더 큰 배치의 효과를 냅니다',
      shuffle: '에폭마다 새로운 무작위 순서. 에폭마다 예시는 한 번씩 나옵니다',
      drop_last: '에폭의 마지막 배치가 다 차지 않으면 버립니다',
      pairs:
        '여러 데이터 세트에서 번호가 같은 항목이 쌍을 이룹니다. 모두 첫째의 순서를 따릅니다. 끄면 저마다 순서가 다릅니다',
      activations: {
        about:
          'UNet이 역전파를 위해 활성값을, GPU에서는 층 사이의 기울기도 저장하는 수 형식. 계산, 가중치와 그 기울기, 손실은 항상 float32',
        each: {
          float32: '수마다 4바이트',
          float16: 'WebGPU에서 메모리 약 절반, 다른 백엔드에서는 float32',
        },
      },
      activation_checkpointing:
        'UNet 블록의 입력만 저장하고 역전파에서 블록을 다시 계산합니다. 메모리가 줄고 한 단계가 3분의 1쯤 길어지며 결과는 똑같습니다(Chen et al. ' +
        '2016)',
      seed: '시드가 같으면 예시의 순서가 같습니다',
      further_slots:
        '다른 모델과 데이터 세트와 손실, 캡션의 토큰, 단계마다의 평균 모델, 단계 사이에 넘기는 값, 이른 종료를 위한 슬롯을 보여 줍니다',
    },
  },

  VLBLoss: {
    summary:
      't에서 변분 하한의 항: 사후 분포와 모델의 역방향 단계 사이의 KL 발산이고, t = 0에서는 데이터의 음의 로그 가능도입니다. 단위는 bits/dim입니다.',
    inputs: {
      prediction: shared.prediction,
      x_0: shared.cleanData,
      x_t: shared.sameWithNoise,
      t: shared.tOfX,
      t_prev: shared.stepEndOrPrevious,
      schedule: shared.betaSchedule,
      weights: '손실에서 항목의 가중치. ImportanceTimesteps에서',
    },
    outputs: {
      loss: '항의 평균에 T를 곱한 값. t를 균등하게 뽑으면 하한 전체의 추정값',
      term: '항의 평균(bits/dim)',
      losses: '가중치를 곱하지 않은 항목마다의 항',
    },
    params: {
      variance: shared.reverseVariance,
      levels: shared.levels,
      ...clipping,
    },
  },
} satisfies Record<string, NodeTexts>
