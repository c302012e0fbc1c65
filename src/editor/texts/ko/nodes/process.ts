// 분류 process(확산 과정)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { clipping, shared } from './shared.ts'

export const process = {
  ConvertPrediction: {
    summary:
      '예측을 다른 예측 유형으로 바꿉니다. 예를 들어 노이즈 예측을 깨끗한 데이터의 예측으로 바꿉니다.',
    inputs: {
      prediction: 'x_t에 대한 예측. 유형은 무엇이든',
      x_t: shared.predictedFrom,
      t: shared.tOfX,
      schedule: shared.levelSchedule,
    },
    outputs: {
      prediction: '`to` 유형의 예측',
      x: '같은 값을 샘플로 내보낸 것. 보거나 이어서 처리할 때 씁니다',
    },
    params: {
      to: {
        about: '바꿀 예측 유형',
        each: {
          epsilon: '노이즈 ε',
          v_prediction: '속도 v = α ε − σ x₀',
          sample: '깨끗한 데이터 x₀',
          flow_prediction: 'flow 속도 ε − x₀',
        },
      },
    },
  },

  ConvertTimestep: {
    summary:
      '한 스케줄의 타임스텝을 다른 스케줄의 타임스텝으로 바꿉니다. 신호 대 잡음비가 같은 곳이나 진행 비율이 같은 곳으로 옮깁니다. 신호 대 잡음비가 같으면 x_t는 ' +
      '크기만 다릅니다.',
    inputs: {
      t: '`from`의 타임스텝',
      from: '입력 타임스텝의 스케줄',
      to: '옮겨 갈 스케줄',
    },
    outputs: {
      t: '`to`의 타임스텝. 표에 노이즈 수준이 꼭 같은 값이 없으면 분수가 됩니다',
    },
    params: {
      by: {
        about: '그대로 유지할 양',
        each: {
          snr: '신호 대 잡음비. `to`의 끝을 넘으면 그 끝',
          share: '데이터와 노이즈 사이의 위치 t / T(sigma는 로그로)',
        },
      },
    },
  },

  Dequantize: {
    summary:
      '균등 역양자화: 픽셀마다 양자화 단계 안에서 균등 노이즈를 더합니다. 결과의 밀도에 단계의 너비를 곱한 값은 입력 확률의 하한입니다.',
    inputs: {
      x: '[-1, 1]의 픽셀. 점에는 양자화 단계가 없어 그대로 둡니다',
    },
    outputs: {
      x: '연속 값',
    },
    params: {
      levels: '픽셀이 가질 수 있는 값의 수. 8비트는 256, 숫자 데이터는 17',
      seed: shared.seed,
    },
  },

  FlowSchedule: {
    summary:
      't = 0의 데이터와 t = T의 순수한 노이즈를 선형 보간하는 연속 시간 스케줄입니다. 속도를 예측하는 모델(flow_prediction)에 씁니다.',
    outputs: {
      schedule: shared.continuousSchedule,
    },
    params: {
      num_train_timesteps: 'T: 순수한 노이즈에서의 t',
    },
  },

  ForwardNoise: {
    summary:
      'q(x_t | x_0)에서 x_t를 뽑습니다. 깨끗한 데이터에 타임스텝 t의 노이즈를 한 번에 더합니다.',
    inputs: {
      x_0: shared.cleanData,
      t: '항목마다 하나, 또는 모든 항목에 하나',
      noise: 'x_0과 모양이 같은 노이즈',
      schedule: shared.levelSchedule,
    },
    outputs: {
      x_t: 'x_0에 타임스텝 t의 노이즈를 더한 것',
    },
  },

  ForwardStep: {
    summary:
      '순방향 과정의 한 단계로, t - 1에서 t로 갑니다. 0부터 t까지의 단계를 모두 거치면 ForwardNoise와 같습니다.',
    inputs: {
      x_prev: 't - 1의 데이터. t = 0이면 깨끗한 데이터',
      t: '이 단계가 끝나는 타임스텝',
      noise: 'x_prev와 모양이 같은 노이즈. 단계마다 새로 뽑은 것',
      schedule: '한 단계의 노이즈를 정하는 스케줄',
    },
    outputs: {
      x_t: shared.atT,
    },
  },

  GaussianNoise: {
    summary:
      '표준 정규 분포의 노이즈를 뽑습니다. 시드가 같으면 노이즈도 같고, 큰 배치의 앞부분은 작은 배치와 같습니다.',
    inputs: {
      like: '모양을 따를 값. 루프 안의 값을 연결하면 반복마다 새로 뽑습니다',
    },
    outputs: {
      noise: 'like와 모양이 같은 노이즈',
    },
    params: {
      batch_size: '항목 수. 0이면 like와 같음',
      shape:
        'like를 연결하지 않을 때 한 항목의 모양. 평면의 점은 2, 이미지는 28, 28, 1처럼 높이, 너비, 채널',
      noise_offset:
        '이미지 학습용 오프셋 노이즈. 채널의 모든 픽셀에 똑같이 더하는 값의 세기. 보통 0.1, 0이면 없음',
      seed: shared.seed,
    },
  },

  ImportanceTimesteps: {
    summary:
      '타임스텝의 중요도 샘플링: 손실이 큰 타임스텝을 더 자주 뽑고, 손실의 기댓값이 그대로이면서 분산이 줄어드는 가중치를 함께 냅니다. 타임스텝마다 손실이 10개 ' +
      '기록될 때까지는 균등하게 뽑습니다.',
    inputs: {
      like: shared.likeBatch,
      schedule: '타임스텝을 뽑을 beta 스케줄',
      record: 'TrainingStart의 손실 기록. Loss의 losses를 TrainingEnd에 연결해야 합니다',
    },
    outputs: {
      t: shared.perItem,
      weights: '항목마다 가중치 하나, Loss에 연결',
    },
    params: {
      uniform_prob: '균등하게 뽑는 비율. 모든 타임스텝이 뽑히게 합니다',
      seed: shared.seed,
    },
  },

  InputPerturbation: {
    summary:
      '입력 섭동: 노이즈에 노이즈를 조금 더합니다. 결과는 ForwardNoise에만, 원래 노이즈는 Target에 연결하면 모델이 자기 샘플의 오차에 강해집니다.',
    inputs: {
      noise: 'GaussianNoise의 노이즈',
    },
    outputs: {
      perturbed: 'ForwardNoise에 연결',
    },
    params: {
      gamma: '세기 γ. 0이면 없음',
      seed: shared.seed,
    },
  },

  Neighbour: {
    summary:
      '항목마다 타임스텝 목록에서 t 다음 수준을 냅니다. 일관성 학습과 증류에 쓰는 이웃한 수준의 쌍입니다.',
    inputs: {
      t: '항목마다 하나, 또는 모두에 하나. 목록에 없어도 됩니다',
      timesteps: '수준의 목록. Timesteps에서',
    },
    outputs: {
      t: '항목마다 이웃한 수준',
    },
    params: {
      direction: {
        about: 't의 어느 쪽인지',
        each: {
          cleaner: '데이터 쪽 다음 수준. 마지막 수준 다음은 -1(깨끗한 데이터)',
          noisier: '노이즈 쪽 다음 수준',
        },
      },
    },
  },

  NoiseSchedule: {
    summary:
      '이산 노이즈 스케줄: 타임스텝마다 노이즈 수준을 정합니다. t = 0에는 노이즈가 거의 없고 마지막에는 거의 노이즈뿐입니다.',
    outputs: {
      schedule: '모든 타임스텝의 beta와 alpha-bar',
    },
    params: {
      beta_schedule: {
        about: '스케줄의 모양',
        each: {
          linear:
            '선형 beta(diffusers). 크기를 맞추지 않아 타임스텝이 적으면 순수한 노이즈에 이르지 못함',
          linear_openai: '선형 beta에 1000 / T를 곱함',
          scaled_linear: 'beta의 제곱근이 선형(Stable Diffusion)',
          squaredcos_cap_v2: '코사인 스케줄(Nichol & Dhariwal)',
          sigmoid: '시그모이드 beta(diffusers)',
          sigmoid_alpha_bar: '시그모이드 alpha-bar(Jabri et al.)',
          exp: '지수 alpha-bar(diffusers)',
          laplace: '라플라스 alpha-bar(diffusers)',
          sqrt: '선형 beta의 제곱근',
          warmup10: '타임스텝의 처음 10%에서 선형, 그 뒤 상수',
          warmup50: '타임스텝의 앞 절반에서 선형, 그 뒤 상수',
          const: '상수 beta',
          jsd: 'beta = 1 / (T - t). 신호가 선형으로 줄어 0이 됨',
          betas: '직접 정한 beta, `table`에 나열',
          alpha_bars: '직접 정한 alpha-bar, `table`에 나열',
          formula: '직접 정한 alpha-bar, `expression`의 수식',
        },
      },
      expression:
        'u = (t + 1) / T의 함수인 alpha-bar. u = 0의 약 1에서 u = 1의 약 0까지 줄어듭니다. u = 0에서 1이 되도록 크기를 맞추며, beta는 최대 0.999입니다. 언어는 docs/formula.md에 있습니다',
      num_train_timesteps: 'T: 타임스텝의 수, 0부터 T - 1까지',
      table:
        't = 0부터 타임스텝마다 수 하나, 빈칸이나 쉼표, 줄로 나눔: 0과 1 사이의 beta, 또는 줄어드는 alpha-bar',
      beta_start: '첫 beta',
      beta_end: '마지막 beta',
      rescale_betas_zero_snr:
        '종단 SNR을 0으로: 마지막 타임스텝에 신호가 없도록 alpha-bar의 제곱근을 옮기고 늘립니다. 모델은 v나 x_0을 예측해야 합니다',
    },
  },

  OptimalTransportCoupling: {
    summary:
      '미니배치 최적 수송: 각 항목과 그 노이즈 사이 제곱 거리의 합이 가장 작아지도록 배치의 노이즈 순서를 바꿉니다. 그러면 flow의 경로가 거의 교차하지 않아 적은 단계로 충분합니다.',
    inputs: {
      x_0: '깨끗한 데이터의 배치 [b, ...], 항목 1024개 이하. 학습에서는 Start의 x_0. 시간은 b의 세제곱으로 늘어나며 점 256개에 약 10 ms입니다',
      noise: 'x_0과 모양이 같은 노이즈. 학습에서는 GaussianNoise에서 바로 연결합니다',
    },
    outputs: {
      noise: '같은 노이즈의 다른 순서. 항목 i는 x_0의 항목 i와 짝입니다',
      cost: '항목과 그 노이즈의 평균 제곱 거리',
    },
  },

  Posterior: {
    summary:
      '사후 분포 q(x_{t-1} | x_t, x_0)의 평균과 분산입니다. 깨끗한 데이터를 알 때의 역방향 단계로, DDPM은 이것을 근사하도록 학습합니다.',
    inputs: {
      x_0: shared.cleanData,
      x_t: shared.sameWithNoise,
      t: shared.tOfX,
      t_prev: shared.stepEndOrPrevious,
      schedule: shared.levelSchedule,
    },
    outputs: {
      mean: 'q(x_{t-1} | x_t, x_0)의 평균',
      variance: shared.varianceLikeMean,
    },
  },

  RandomTimesteps: {
    summary: '배치의 항목마다 무작위 타임스텝을 뽑습니다. 균등 분포나 다른 분포에서 뽑습니다.',
    inputs: {
      like: shared.likeBatch,
      schedule: shared.timestepSchedule,
    },
    outputs: {
      t: shared.perItem,
    },
    params: {
      density: {
        about: 't의 분포. beta 표에서는 가장 가까운 타임스텝으로 반올림합니다',
        each: {
          uniform: '모든 타임스텝이 같은 확률',
          lognormal: 'ln(σ / α)의 정규 분포(EDM)',
          logit_normal: '로짓 정규 분포(SD3)',
          mode: '꼬리가 두꺼운 mode 분포(SD3)',
          cosmap: 'CosMap(SD3 방식)',
          loglogistic: 'ln(σ / α)의 로지스틱 분포(k-diffusion)',
          loguniform: 'ln(σ / α)의 균등 분포(k-diffusion)',
          v_diffusion: 'v-diffusion의 코사인 스케줄(k-diffusion)',
          cosine_interpolated: '보간한 코사인 스케줄(k-diffusion)',
          split_lognormal: 'ln(σ / α)에서 양쪽 너비가 다른 정규 분포(k-diffusion)',
        },
      },
      mean: 'ln(σ / α)의 평균. EDM의 P_mean',
      std: 'ln(σ / α)의 표준 편차. EDM의 P_std',
      std_1: '평균보다 작은 쪽 ln(σ / α)의 표준 편차',
      std_2: '평균보다 큰 쪽 ln(σ / α)의 표준 편차',
      logit_mean: '로짓의 평균. 0보다 크면 노이즈가 많은 쪽',
      logit_std: '로짓의 표준 편차. 작을수록 가운데에 몰림',
      mode_scale: '0보다 크면 가운데에, 작으면 양 끝에 몰림',
      loc: 'ln(σ / α)의 중앙값',
      scale: 'ln(σ / α)의 척도',
      sigma_data: shared.dataSigma,
      sigma_min: 'σ / α의 최솟값',
      sigma_max: 'σ / α의 최댓값',
      image_d: '이미지 한 변의 길이',
      noise_d_low: '가장 큰 노이즈 수준의 기준이 되는 이미지 한 변의 길이',
      noise_d_high: '가장 작은 노이즈 수준의 기준이 되는 이미지 한 변의 길이',
      stratified: '층화 샘플링: 확률이 같은 b개 구간에서 하나씩 뽑습니다. 손실의 분산이 줄어듭니다',
      seed: shared.seed,
    },
  },

  Renoise: {
    summary:
      '이미 노이즈가 있는 데이터에 노이즈를 더합니다. 어느 스케줄에서든 시간 s에서 더 뒤의 시간 t로, q(x_t | x_s)에서 x_t를 뽑습니다. Restart 샘플링에 씁니다.',
    inputs: {
      x_s: 's의 데이터',
      s: 'x_s의 타임스텝. -1은 깨끗한 데이터',
      t: '노이즈를 더한 뒤의 타임스텝. s보다 앞이면 안 됩니다',
      noise: 'x_s와 모양이 같고, 그 안의 노이즈와 독립인 노이즈',
      schedule: '두 노이즈 수준을 정하는 스케줄',
    },
    outputs: {
      x_t: shared.atT,
    },
  },

  ReverseProcess: {
    summary:
      '모델의 역방향 단계 p(x_{t-1} | x_t)의 평균과 분산입니다. 깨끗한 데이터를 아는 경우는 Posterior입니다.',
    inputs: {
      prediction: shared.prediction,
      x_t: shared.atT,
      t: shared.tOfX,
      t_prev: shared.stepEndOrPrevious,
      schedule: shared.betaSchedule,
    },
    outputs: {
      mean: 'p(x_{t-1} | x_t)의 평균',
      variance: shared.varianceLikeMean,
    },
    params: {
      variance: shared.reverseVariance,
      ...clipping,
    },
  },

  SigmaSchedule: {
    summary:
      '연속 시간의 분산 폭발(VE) 스케줄: 데이터의 크기를 바꾸지 않고 노이즈를 더하며, EDM처럼 t가 노이즈의 표준 편차 σ입니다.',
    outputs: {
      schedule: 't = σ인 연속 시간 스케줄',
    },
    params: {
      sigma_min: '샘플링에 쓰는 가장 작은 노이즈 수준(분산 폭발은 0.01이나 0.02)',
      sigma_max: '데이터를 무시할 수 있을 만큼 큰, 가장 큰 노이즈 수준(분산 폭발은 50이나 100)',
    },
  },

  Target: {
    summary:
      '모델의 학습 목표입니다. 예측 유형에 따라 노이즈, 깨끗한 데이터, 또는 둘의 조합입니다.',
    inputs: {
      model: '예측 유형을 정하는 모델',
      x_0: shared.cleanData,
      noise: '더한 노이즈',
      t: '타임스텝',
      schedule: '노이즈 스케줄',
    },
    outputs: {
      target: '목표. Loss에 연결',
    },
  },

  Timestep: {
    summary:
      '배치의 모든 항목에 쓰이는 타임스텝 하나입니다. 슬라이더로 정하거나, 스케줄의 노이즈 수준으로 정합니다.',
    inputs: {
      schedule: '이 스케줄에 있는 타임스텝인지 확인합니다. 노이즈 수준으로 정할 때는 필요합니다',
    },
    outputs: {
      t: '모든 항목에 같은 타임스텝',
    },
    params: {
      t: '0은 가장 작은 노이즈 수준, -1은 깨끗한 데이터. 분수는 두 타임스텝 사이의 수준',
      by: {
        about: '정하는 양',
        each: {
          t: '타임스텝 자체',
          sigma: '노이즈 수준 sigma / alpha(flow에서는 sigma)',
          snr: '신호 대 잡음비 alpha² / sigma²',
          log_snr: '신호 대 잡음비의 자연로그',
        },
      },
      sigma: '노이즈 수준 sigma / alpha. flow에서는 1까지의 sigma',
      snr: '신호 대 잡음비. 0이면 순수한 노이즈',
      log_snr: '신호 대 잡음비의 로그',
    },
  },

  VPSchedule: {
    summary:
      '연속 시간의 분산 보존(VP) 스케줄: 선형 beta 스케줄의 단계를 한없이 작게 나눈 극한입니다.',
    outputs: {
      schedule: shared.continuousSchedule,
    },
    params: {
      num_train_timesteps: 'T: 끝에서의 t',
      beta_min: 't = 0의 beta',
      beta_d: 't = 0에서 T까지 beta의 증가량',
    },
  },
} satisfies Record<string, NodeTexts>
