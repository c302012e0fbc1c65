// 분류 steps(샘플링 단계)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { clipping, modelStepInputs, predictionStepInputs, shared, stepOutputs } from './shared.ts'

export const dpmSteps = {
  DEISStep: {
    summary:
      'DEIS 한 단계: 앞 단계들의 노이즈 예측을 지나는, 노이즈 대 신호비의 로그에 대한 다항식을 적분합니다. 단계마다 평가 한 번입니다.',
    inputs: predictionStepInputs,
    outputs: stepOutputs,
    params: {
      solver_order: shared.solverOrder,
      lower_order_final: shared.lowerOrderFinal,
      ...clipping,
    },
  },

  DPMAdaptiveStep: {
    summary:
      '차수가 이웃한 두 DPM-Solver가 평가를 공유하는 한 단계와, 둘의 차이로 구한 오차 추정값입니다. AdaptiveSamplingStart의 루프에 씁니다.',
    inputs: {
      x_t: shared.atT,
      x_low: shared.xLowBefore,
      model: '학습된 모델이나 정확한 모델. 단계마다 두세 번 평가합니다',
      condition: shared.condition,
      t: shared.tOfX,
      t_prev: shared.stepEnd,
      schedule: shared.trainedSchedule,
    },
    outputs: {
      x_prev: shared.xHigh,
      x_low: shared.xLow,
      error: shared.error,
    },
    params: {
      solver_order: shared.higherOrder,
      rtol: shared.rtol,
      atol: shared.atol,
      ...clipping,
    },
  },

  DPMFastStep: {
    summary:
      '3차 DPM-Solver 한 단계로, 평가 세 번입니다. 마지막 단계는 차수를 낮추어 n단계에 3 n - 1, 3 n - 2 또는 3 n - 3번 평가합니다. ' +
      'log sigma에서 간격이 같은 타임스텝에 맞습니다.',
    inputs: modelStepInputs,
    outputs: stepOutputs,
    params: {
      last_orders: shared.lastOrders,
      ...clipping,
    },
  },

  DPMpp2MSDEStep: {
    summary:
      '확률 미분 방정식을 위한 DPM-Solver++(2M): 앞 단계에서 예측의 변화를 추정하고 새 노이즈를 더합니다. 단계마다 평가 한 번이고, eta가 0이면 ' +
      'DPM-Solver++(2M)입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForEta,
    },
    outputs: stepOutputs,
    params: {
      solver_type: shared.solverType,
      eta: shared.eta,
      s_noise: shared.noiseFactor,
      seed: shared.seed,
      ...clipping,
    },
  },

  DPMpp2SAncestralStep: {
    summary:
      'DPM-Solver++(2S)의 ancestral 한 단계: 중간점에서 모델을 다시 평가해 그 예측으로 끝까지 간 뒤 새 노이즈를 더합니다. 단계마다 평가 두 ' +
      '번이고, eta가 0이면 2차입니다.',
    inputs: {
      ...modelStepInputs,
      noise: 'eta가 0보다 클 때의 노이즈. 연결하지 않으면 단계마다 시드로 새로 뽑음',
    },
    outputs: stepOutputs,
    params: {
      eta: shared.eta,
      s_noise: shared.noiseFactor,
      seed: shared.seed,
      ...clipping,
    },
  },

  DPMpp3MSDEStep: {
    summary:
      '확률 미분 방정식을 위한 3차 DPM-Solver++(3M): 앞의 두 단계에서 예측의 1차, 2차 미분을 추정하고 새 노이즈를 더합니다. 단계마다 평가 한 ' +
      '번입니다.',
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

  DPMppSDEStep: {
    summary:
      '확률 미분 방정식을 위한 2단 DPM-Solver++로, 단마다 새 노이즈를 더합니다. 단계의 비율 r에서 모델을 다시 평가하고 두 예측을 결합합니다.',
    inputs: {
      ...modelStepInputs,
      noise:
        'eta가 0보다 클 때 첫째 단의 노이즈. 둘째 단의 노이즈는 시드로 뽑습니다. 연결하지 않으면 단계마다 둘 다 시드로 새로 뽑음',
    },
    outputs: stepOutputs,
    params: {
      eta: shared.eta,
      s_noise: shared.noiseFactor,
      r: shared.secondStage,
      seed: shared.seed,
      ...clipping,
    },
  },

  DPMSolverMultistepStep: {
    summary:
      '다단계 DPM-Solver나 DPM-Solver++의 한 단계: 방정식의 선형 부분은 정확히 풀고, 예측의 변화는 앞 단계들에서 추정합니다. 단계마다 평가 한 ' +
      '번입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForSde,
    },
    outputs: stepOutputs,
    params: {
      algorithm_type: shared.algorithmType,
      solver_order: shared.solverOrder,
      solver_type: shared.solverType,
      lower_order_final: shared.lowerOrderFinal,
      euler_at_final: shared.eulerAtFinal,
      seed: shared.seed,
      ...clipping,
    },
  },

  DPMSolverSinglestepStep: {
    summary:
      '단일 단계 DPM-Solver: 전이 2~3개가 한 단계를 이루며, 더 오래된 예측은 쓰지 않습니다. 강한 가이던스에서 다단계 솔버보다 안정적입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: shared.noiseForSde,
    },
    outputs: stepOutputs,
    params: {
      algorithm_type: shared.algorithmType,
      solver_order: shared.solverOrder,
      solver_type: {
        about: '예측 변화의 가중 방법',
        each: { midpoint: '중간점 규칙', heun: '온전히 적분' },
      },
      lower_order_final: shared.lowerOrderFinal,
      seed: shared.seed,
      ...clipping,
    },
  },

  SASolverStep: {
    summary:
      '확률적 Adams 예측자-수정자인 SA-Solver의 한 단계: 앞의 예측을 수정하고, 다음 단계를 예측하고, tau만큼 새 노이즈를 더합니다. 노이즈는 궤적 ' +
      '중간의 오차를 줄입니다.',
    inputs: {
      ...predictionStepInputs,
      noise: 'tau가 0보다 클 때의 노이즈 z. 연결하지 않으면 단계마다 시드로 새로 뽑음',
    },
    outputs: stepOutputs,
    params: {
      predictor_order: shared.predictorOrder,
      corrector_order: shared.correctorOrder,
      algorithm_type: {
        about: '쓰는 예측의 종류',
        each: { data_prediction: 'x_0 예측', noise_prediction: '노이즈 예측' },
      },
      tau: shared.tau,
      tau_tmin: shared.tauMin,
      tau_tmax: shared.tauMax,
      lower_order_final: shared.lowerOrderFinal,
      seed: shared.seed,
      ...clipping,
    },
  },

  UniPCStep: {
    summary:
      'UniPC 한 단계: 새 예측으로 앞 단계를 수정한 뒤 다음 단계를 예측합니다. 수정에는 평가가 더 들지 않고 차수가 하나 올라갑니다.',
    inputs: predictionStepInputs,
    outputs: stepOutputs,
    params: {
      solver_order: shared.solverOrder,
      solver_type: {
        about: '함수 B(h)',
        each: {
          bh2: 'B(h) = e^h - 1, 지수',
          bh1: 'B(h) = h. 가이던스 없이 단계가 적을 때 더 좋음. 깨끗한 데이터로 가는 단계에는 쓰지 못함',
        },
      },
      predict_x0: shared.predictX0,
      disable_corrector: shared.disableCorrector,
      lower_order_final: shared.lowerOrderFinal,
      ...clipping,
    },
  },
} satisfies Record<string, NodeTexts>
