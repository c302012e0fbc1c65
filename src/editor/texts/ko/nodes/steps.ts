// 분류 steps(샘플링 단계)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import {
  churn,
  clipping,
  modelStepInputs,
  predictionStepInputs,
  shared,
  stepOutputs,
} from './shared.ts'

export const steps = {
  ConsistencyStep: {
    summary:
      'consistency 모델의 다단계 샘플링: 모델이 추정한 깨끗한 데이터로 간 뒤 t_prev의 노이즈를 더합니다. 한 단계로도 샘플이 나오고, 몇 단계면 더 ' +
      '좋아집니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noise,
    },
    outputs: stepOutputs,
    params: {
      sigma_min: shared.sigmaMin,
      seed: shared.seed,
      ...clipping,
    },
  },

  DDIMStep: {
    summary:
      't에서 t_prev로 가는 DDIM 한 단계: 예측한 깨끗한 데이터에, 예측한 노이즈를 t_prev의 수준만큼 더합니다. 데이터에서 노이즈 쪽으로도 갈 수 ' +
      '있습니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForEta,
    },
    outputs: stepOutputs,
    params: {
      eta: shared.ddimEta,
      rederive: shared.rederive,
      seed: shared.seed,
      ...clipping,
    },
  },

  DDPMStep: {
    summary:
      't에서 t_prev로 가는 DDPM 한 단계: 예측한 깨끗한 데이터에 대한 사후 분포의 평균에 새 노이즈를 더합니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noise,
    },
    outputs: stepOutputs,
    params: {
      variance: shared.noiseVariance,
      noise_to_clean: shared.noiseToClean,
      seed: shared.seed,
      ...clipping,
    },
  },

  EulerAncestralStep: {
    summary:
      'ancestral Euler 한 단계: t_prev의 노이즈 수준보다 아래로 간 뒤 새 노이즈를 더해 맞춥니다. eta가 같은 DDIM과 같고, eta가 1이면 ' +
      'DDPM처럼 사후 분포에서 뽑습니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForEta,
    },
    outputs: stepOutputs,
    params: {
      eta: shared.eta,
      s_noise: shared.noiseFactor,
      seed: shared.seed,
      ...clipping,
    },
  },

  EulerChurnStep: {
    summary:
      's_churn만큼 노이즈를 더한 뒤의 Euler 한 단계: 2차 보정이 없는 EDM의 확률적 샘플러입니다. 노이즈를 더한 뒤 모델을 평가하며, 단계마다 평가 한 ' +
      '번입니다. (EulerStep은 diffusers처럼 평가한 뒤에 노이즈를 더합니다.)',
    inputs: {
      ...modelStepInputs,
      noise: shared.noiseForChurn,
    },
    outputs: stepOutputs,
    params: {
      seed: shared.seed,
      ...clipping,
      ...churn,
    },
  },

  EulerStep: {
    summary:
      '확률 흐름 ODE의 Euler 한 단계입니다. eta가 0인 DDIM과 같고, flow에서는 x_t + (s - t) v입니다. s_churn을 쓰면 ' +
      'diffusers처럼 모델을 평가한 뒤에 노이즈를 더합니다. EulerChurnStep은 k-diffusion처럼 평가하기 전에 더합니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForChurn,
    },
    outputs: stepOutputs,
    params: {
      seed: shared.seed,
      ...clipping,
      ...churn,
    },
  },

  GradientEstimationStep: {
    summary:
      '노이즈 예측을 외삽한 Euler 한 단계: 현재 예측을 지나, 앞 단계의 예측에서 멀어지는 쪽으로 갑니다. 둘의 오차가 비슷하고 오래된 쪽이 더 크기 때문입니다.',
    inputs: predictionStepInputs,
    outputs: stepOutputs,
    params: {
      gamma: shared.gamma,
      ...clipping,
    },
  },

  HeunStep: {
    summary:
      'Heun 방법의 한 단계: Euler로 한 단계 간 곳에서 다시 평가하고 두 방향의 평균으로 갑니다. 2차이며 단계마다 평가 두 번입니다. s_churn을 쓰면 ' +
      'EDM의 확률적 샘플러입니다.',
    inputs: {
      ...modelStepInputs,
      noise: shared.noiseForChurn,
    },
    outputs: stepOutputs,
    params: {
      seed: shared.seed,
      ...clipping,
      ...churn,
    },
  },

  IPNDMStep: {
    summary:
      'iPNDM 한 단계: 마지막 네 단계(처음에는 더 적음)의 노이즈 예측을 외삽해 DDIM 한 단계를 갑니다. 단계마다 평가 한 번입니다.',
    inputs: predictionStepInputs,
    outputs: stepOutputs,
    params: {
      ...clipping,
    },
  },

  KDPM2AncestralStep: {
    summary:
      'ancestral KDPM2 한 단계: t_prev의 노이즈 수준보다 아래로 간 뒤 새 노이즈를 더해 맞춥니다. 단계마다 평가 두 번입니다.',
    inputs: {
      ...modelStepInputs,
      noise: shared.noiseForEta,
    },
    outputs: stepOutputs,
    params: {
      eta: shared.eta,
      s_noise: shared.noiseFactor,
      seed: shared.seed,
      ...clipping,
    },
  },

  KDPM2Step: {
    summary:
      '중간점 방법의 한 단계: 단계의 가운데에서 모델을 평가하고 그 예측으로 끝까지 갑니다. 2차이며 단계마다 평가 두 번입니다.',
    inputs: modelStepInputs,
    outputs: stepOutputs,
    params: {
      ...clipping,
    },
  },

  LangevinStep: {
    summary:
      'Langevin 보정: 새 노이즈를 더하며 스코어를 따라 Langevin 동역학을 몇 단계 진행해 x_t를 t의 분포로 옮깁니다. 어느 단계 앞에나 놓을 수 ' +
      '있습니다.',
    inputs: {
      x_t: shared.atT,
      model: '학습된 모델이나 정확한 모델. 단계마다 한 번 평가합니다',
      condition: shared.condition,
      t: shared.tOfX,
      schedule: shared.trainedSchedule,
    },
    outputs: {
      x_t: '보정된 데이터. 여전히 t',
    },
    params: {
      snr: '단계 크기 r. 더하는 노이즈에 대한 신호의 비',
      n_steps: shared.stepCount,
      seed: shared.seed,
      ...clipping,
    },
  },

  LCMStep: {
    summary:
      'latent consistency 모델의 한 단계: 예측한 깨끗한 데이터로 갔다가 새 노이즈로 t_prev로 돌아옵니다. 1~4단계로 증류한 모델에 씁니다. ' +
      'sigma_data가 0이면 flow의 확률적 샘플러입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noise,
    },
    outputs: stepOutputs,
    params: {
      sigma_data: shared.boundarySigma,
      timestep_scaling: shared.timestepScaling,
      seed: shared.seed,
      ...clipping,
    },
  },

  LMSStep: {
    summary:
      '간격이 다른 단계를 위한 선형 다단계(Adams-Bashforth) 한 단계: 앞 단계들의 예측을 다항식으로 외삽합니다. 단계마다 평가 한 번입니다.',
    inputs: predictionStepInputs,
    outputs: stepOutputs,
    params: {
      order: shared.lmsOrder,
      first_steps: shared.firstSteps,
      ...clipping,
    },
  },

  PNDMStep: {
    summary:
      'PNDM 한 단계: 네 단계의 노이즈 예측을 외삽해 DDIM 한 단계를 갑니다. 처음 세 단계는 평가가 네 번인 Runge-Kutta 단계입니다.',
    inputs: modelStepInputs,
    outputs: stepOutputs,
    params: {
      skip_prk_steps: shared.skipPrkSteps,
      combines: shared.combines,
      ...clipping,
    },
  },

  RePaintStep: {
    summary:
      '인페인팅을 위한 RePaint 한 단계입니다. 내려가는 단계는 아는 부분을 t_prev의 노이즈를 더한 데이터로 바꾸고 나머지를 샘플링합니다. 올라가는 단계는 ' +
      '둘 다에 노이즈를 더합니다. RePaintTimesteps와 함께 씁니다.',
    inputs: {
      x_t: shared.atT,
      model: shared.askedModel,
      condition: shared.condition,
      x_0: '아는 깨끗한 데이터',
      mask: 'x_0을 아는 곳은 1, 샘플링할 곳은 0',
      t: shared.tOfX,
      t_prev: shared.stepEnd,
      schedule: shared.trainedSchedule,
      noise: shared.noise,
    },
    outputs: stepOutputs,
    params: {
      eta: '내려가는 단계의 새 노이즈의 양. 1이면 DDPM, 0이면 결정적',
      rederive: '자른 뒤의 x_0에서 노이즈를 다시 계산합니다',
      seed: shared.seed,
      ...clipping,
    },
  },

  ReverseDiffusionStep: {
    summary:
      '논문과 같이 이산화한 역시간 확률 미분 방정식의 한 단계: DDPM과 비슷하되 사후 분포 대신 스코어를 씁니다. 작은 단계 여럿에 맞으며, 단계마다 앞에 ' +
      'LangevinStep을 둡니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noise,
    },
    outputs: stepOutputs,
    params: {
      seed: shared.seed,
      ...clipping,
    },
  },

  TCDStep: {
    summary:
      'trajectory consistency distillation의 한 단계: 예측한 궤적을 따라 t_prev를 지나 (1 - eta) t_prev까지 간 뒤 새 ' +
      '노이즈로 돌아옵니다. 몇 단계로 증류한 모델에 쓰며, eta가 0이면 DDIM입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForEta,
    },
    outputs: stepOutputs,
    params: {
      eta: shared.tcdEta,
      seed: shared.seed,
      ...clipping,
    },
  },
} satisfies Record<string, NodeTexts>
