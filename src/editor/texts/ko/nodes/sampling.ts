// 분류 sampling(샘플링)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { churn, clipping, shared } from './shared.ts'

export const sampling = {
  AdaptiveSampler: {
    summary:
      'DPM-Solver와 적응 단계 크기로 샘플링합니다. 허용 오차에 필요한 만큼의 단계를 씁니다. 열면 안의 루프가 보입니다. 노드로 되어 있고 결과도 같습니다.',
    inputs: {
      model: shared.trainedModel,
      x_T: shared.initialNoise,
      schedule: shared.trainedSchedule,
      condition: shared.labels,
    },
    outputs: {
      x_0: shared.samples,
      trajectory: '받아들인 단계',
      accepted: shared.accepted,
      tried: shared.tried,
    },
    params: {
      solver_order: shared.higherOrder,
      rtol: shared.rtol,
      atol: shared.atol,
      max_steps: shared.maxSteps,
      h_init: shared.initialStep,
      pcoeff: shared.proportional,
      icoeff: shared.integral,
      dcoeff: shared.derivative,
      accept_safety: shared.acceptSafety,
      keep_every: shared.keepEvery,
      ...clipping,
    },
  },

  AdaptiveSamplingEnd: {
    summary:
      '적응 샘플링 루프의 끝입니다. 두 솔버로 계산한 단계와 그 차이를 받아, 단계를 받아들이거나 더 작은 단계로 다시 합니다.',
    inputs: {
      loop: shared.fromStart,
      x_prev: shared.xHigh,
      x_low: shared.xLow,
      error: shared.error,
    },
    outputs: {
      x_0: shared.afterLastStep,
      trajectory: 'x_T에서 x_0까지 받아들인 단계',
      accepted: shared.accepted,
      tried: shared.tried,
    },
    params: {
      keep_every: shared.keepEvery,
    },
  },

  AdaptiveSamplingStart: {
    summary:
      '적응 샘플링 루프의 시작입니다. 목록의 끝에 이를 때까지 오차가 허용하는 만큼 큰 단계를 제안합니다. 배치의 모든 항목이 같은 단계를 거칩니다.',
    inputs: {
      x_T: '초기 노이즈, 또는 첫 t의 노이즈를 더한 데이터',
      timesteps: '샘플링할 범위. 첫 t와 마지막 t_prev만 씁니다',
      schedule: shared.trainedSchedule,
    },
    outputs: {
      loop: shared.toEnd,
      x_t: shared.currentX,
      x_low: shared.xLowBefore,
      t: shared.tOfX,
      t_prev: '제안하는 다음 타임스텝',
      index: '0, 1, 2, ... 버린 단계도 셉니다',
    },
    params: {
      max_steps: shared.maxSteps,
      order: '솔버의 차수. 오차가 이 차수로 커집니다',
      h_init: shared.initialStep,
      pcoeff: shared.proportional,
      icoeff: shared.integral,
      dcoeff: shared.derivative,
      accept_safety: shared.acceptSafety,
    },
  },

  FlipTimesteps: {
    summary:
      '타임스텝 목록을 뒤집어 데이터에서 노이즈 쪽으로 가게 합니다. DDIMStep과 함께 쓰면 샘플이 나온 노이즈를 찾는 DDIM 인버전입니다. 깨끗한 데이터에서는 ' +
      '모델을 평가할 수 없어 -1은 0이 됩니다.',
    inputs: {
      timesteps: shared.noiseToData,
    },
    outputs: {
      timesteps: '데이터에서 노이즈로 가는 목록. t_prev는 여전히 단계가 끝나는 타임스텝',
    },
  },

  RePaintTimesteps: {
    summary:
      'RePaint의 타임스텝: 목록을 내려가다가 거듭 위로 되돌아가, 샘플링한 부분이 아는 부분과 어울리게 합니다.',
    inputs: {
      timesteps: shared.noiseToData,
    },
    outputs: {
      timesteps: '위로 되돌아가는 곳을 넣은 목록. RePaintStep에 연결',
    },
    params: {
      jump_length: '한 번에 되돌아가는 단계 수',
      jump_n_sample: '구간마다 내려가는 횟수. 1이면 되돌아가지 않음',
    },
  },

  Sampler: {
    summary:
      '모델로 노이즈에서 데이터를 샘플링합니다. 열면 안의 루프가 보입니다. 노드로 되어 있고 결과도 같습니다.',
    inputs: {
      model: shared.trainedModel,
      x_T: shared.initialNoise,
      schedule: shared.trainedSchedule,
      condition: shared.labels,
      timesteps: '파라미터로 정한 것 대신 방문할 타임스텝',
    },
    outputs: {
      x_0: shared.samples,
      trajectory: '중간 단계',
    },
    params: {
      sampler: {
        about: '샘플링 방법',
        each: {
          ddim: '결정적, 적은 단계에 좋음',
          ddpm: 'ancestral, 많은 단계에 좋음',
          consistency: 'consistency 모델용: 깨끗한 데이터로 간 뒤 다시 노이즈를 더함',
          deis: '노이즈 예측에 대한 지수 적분',
          dpm_fast: '3차, 단계마다 평가 세 번',
          dpm_solver: '노이즈 예측에 대한 다단계 솔버',
          dpmpp_2m: '10~20단계에 가장 좋음',
          dpmpp_2m_sde: 'dpmpp_2m에 새 노이즈, 20단계부터 좋음',
          dpmpp_2s: '단일 단계, 2차',
          dpmpp_2s_ancestral: '2차에 새 노이즈, 단계마다 평가 두 번',
          dpmpp_3m: '다단계, 3차. 가이던스 없이',
          dpmpp_3m_sde: '3차에 새 노이즈, 30단계부터 좋음',
          dpmpp_3s: '단일 단계, 3차',
          dpmpp_sde: '두 단에 새 노이즈, 단계마다 평가 두 번, 적은 단계에 좋음',
          euler: '가장 단순한 솔버, 1차',
          euler_ancestral: 'Euler에 새 노이즈. 단계 수에 따라 결과가 달라짐',
          euler_churn: 's_churn을 쓰는 Euler(k-diffusion, EDM)',
          gradient_estimation: '앞 단계로 보정하는 DDIM',
          heun: '2차, 단계마다 평가 두 번',
          ipndm: '4차, 단계마다 평가 한 번',
          kdpm2: '중간점 방법, 단계마다 평가 두 번(k-diffusion의 dpm_2)',
          kdpm2_ancestral: 'kdpm2에 새 노이즈(k-diffusion의 dpm_2_ancestral)',
          lcm: '몇 단계로 증류한 모델용: 깨끗한 데이터로 간 뒤 다시 노이즈를 더함',
          lms: '선형 다단계, 단계마다 평가 한 번',
          pndm: '간격이 같으면 4차, 처음 세 단계는 평가 네 번씩',
          reverse_diffusion: '역방향 SDE, 수백 단계에',
          sa_solver: '확률적 Adams, 20단계부터 좋음',
          tcd: '몇 단계로 증류한 모델용. eta로 새 노이즈를 정함',
          unipc: '5~10단계에 가장 좋음',
        },
      },
      num_inference_steps: shared.stepCount,
      timestep_spacing: '타임스텝을 고르는 방법. Timesteps를 보세요',
      sigmas: shared.sigmas,
      eta: shared.ddimEta,
      rederive: shared.rederive,
      variance: shared.noiseVariance,
      noise_to_clean: shared.noiseToClean,
      sigma_min: shared.sigmaMin,
      solver_order: shared.solverOrder,
      lower_order_final: shared.lowerOrderFinal,
      last_orders: shared.lastOrders,
      solver_type: shared.solverType,
      euler_at_final: shared.eulerAtFinal,
      ancestral_eta: shared.eta,
      r: shared.secondStage,
      gamma: shared.gamma,
      sigma_data: shared.boundarySigma,
      timestep_scaling: shared.timestepScaling,
      lms_order: shared.lmsOrder,
      first_steps: shared.firstSteps,
      skip_prk_steps: shared.skipPrkSteps,
      combines: shared.combines,
      predictor_order: shared.predictorOrder,
      corrector_order: shared.correctorOrder,
      tau: shared.tau,
      tau_tmin: shared.tauMin,
      tau_tmax: shared.tauMax,
      tcd_eta: shared.tcdEta,
      predict_x0: shared.predictX0,
      disable_corrector: shared.disableCorrector,
      seed: shared.seed,
      keep_every: shared.keepEvery,
      ...clipping,
      ...churn,
    },
  },

  SamplingEnd: {
    summary: '샘플링 루프의 끝입니다. 단계마다 결과를 받아 마지막 결과와 궤적을 내보냅니다.',
    inputs: {
      loop: shared.fromStart,
      x_prev: 't_prev의 데이터. 단계 노드에서',
      value: '다음 단계로 넘길 값',
    },
    outputs: {
      x_0: shared.afterLastStep,
      trajectory: 'x_T에서 x_0까지의 중간 단계',
      value: '마지막 단계 뒤의 값',
    },
    params: {
      keep_every: shared.keepEvery,
    },
  },

  SamplingStart: {
    summary:
      '샘플링 루프의 시작입니다. 타임스텝 목록을 따라가며 단계마다 앞 단계의 결과를 내보냅니다.',
    inputs: {
      x_T: '초기 노이즈(sigma 스케줄이면 첫 수준에 맞춰 크기를 조정), 또는 첫 t의 노이즈를 더한 데이터',
      timesteps: '거쳐 갈 타임스텝',
      value: '단계마다 다음으로 넘기는 값의 초깃값. x_0의 추정 같은 것',
    },
    outputs: {
      loop: shared.toEnd,
      x_t: shared.currentX,
      t: shared.tOfX,
      t_prev: '다음 타임스텝. -1은 깨끗한 데이터',
      index: shared.index,
      last: '마지막 반복이면 1, 아니면 0',
      value: '앞 단계의 값',
    },
    params: {
      further_slots: '다른 샘플과 단계 사이에 넘기는 값을 위한 슬롯을 보여 줍니다',
    },
  },

  SplitTimesteps: {
    summary:
      'SDEdit처럼 타임스텝 목록을 둘로 나눕니다. ForwardNoise로 `at`까지 데이터에 노이즈를 더하고 `rest`를 따라 샘플링하면 데이터의 변형이 ' +
      '됩니다.',
    inputs: {
      timesteps: '전체 목록',
    },
    outputs: {
      skipped: '앞부분',
      rest: '뒷부분',
      at: 'rest의 첫 t. rest가 비었으면 목록의 끝',
    },
    params: {
      strength: '목록에서 rest의 비율. 0이면 데이터를 유지하고, 1이면 모두 버립니다',
    },
  },

  Timesteps: {
    summary:
      '샘플링할 타임스텝의 목록입니다. 노이즈에서 데이터로 가며, 보통 학습할 때보다 적습니다.',
    inputs: {
      schedule: shared.timestepSchedule,
    },
    outputs: {
      timesteps: 't에서 t_prev로의 전이',
    },
    params: {
      num_inference_steps: shared.stepCount,
      timestep_spacing: {
        about: '타임스텝을 고르는 방법',
        each: {
          leading: 'T // n의 배수. 첫째가 T보다 꽤 낮음. 연속 시간에서는 trailing과 같음',
          trailing: '마지막 타임스텝부터 아래로',
          linspace: '마지막 타임스텝부터 0까지 같은 간격',
          lcm: '증류한 솔버 단계의 일부',
        },
      },
      original_inference_steps: '모델을 증류한 솔버의 단계 수',
      sigmas: shared.sigmas,
      rho: '지수. 0이면 기본값, karras는 7, polyexponential은 1',
      sigma_min: '곡선의 가장 낮은 sigma / alpha(flow에서는 sigma). 0이면 스케줄의 값',
      sigma_max: '곡선의 가장 높은 sigma / alpha. 0이면 스케줄의 값',
      steps_offset: 'leading의 타임스텝마다 더하는 값(Stable Diffusion은 1)',
      timestep_respacing:
        '수와 간격 대신 guided-diffusion처럼 구간으로 정한 타임스텝. "10,15,20"은 노이즈가 적은 쪽부터 3분의 1마다 그 수만큼, ' +
        '"ddim50"은 일정한 간격',
      shift: 'flow의 수준을 노이즈 쪽으로 옮깁니다. 큰 이미지는 3, 1이면 끔',
      shift_terminal: '마지막 수준이 이 값이 되도록 flow의 수준을 늘입니다. 0이면 끔',
      quantize: '정수 타임스텝으로 반올림합니다. 끄면 k-diffusion처럼 두 수준 사이를 분수로',
      count: {
        about: '단계 수 n의 뜻',
        each: {
          points: '가장 작은 수준까지 n개',
          intervals: '가장 작은 것을 뺀 n + 1개(DPM-Solver)',
        },
      },
      end: {
        about: '마지막 단계의 끝',
        each: {
          clean: '깨끗한 데이터, t_prev = -1',
          smallest: '가장 작은 노이즈(표에서는 t = 0). t_prev에서도 모델을 평가하는 단계에',
        },
      },
      previous: {
        about: 't_prev를 정하는 방법',
        each: {
          next_in_list: '목록의 다음 t',
          stride: '간격과 상관없이 t - T // n(diffusers의 DDIM)',
        },
      },
    },
  },
} satisfies Record<string, NodeTexts>
