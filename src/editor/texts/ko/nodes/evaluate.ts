// 분류 evaluate(평가)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const evaluate = {
  Accuracy: {
    summary:
      '분류기의 정확도: 예측한 클래스가 레이블과 같은 이미지의 비율입니다. 실제 이미지로는 분류기를, 샘플로는 샘플러를 평가합니다.',
    inputs: {
      logits: shared.logits,
      labels: '정답 클래스, 또는 요청한 클래스. -1은 제외',
    },
    outputs: {
      accuracy: '맞힌 비율, 0~1',
    },
  },

  BandPower: {
    summary:
      '이미지의 저주파, 중간, 고주파 대역의 파워입니다. 루프에서 x_t와 예측한 x_0의 파워를 차트로 그리면, 노이즈가 미세한 구조를 먼저 가리고 샘플링이 ' +
      '마지막에 되살리는 것이 보입니다.',
    inputs: {
      samples: '이미지',
    },
    outputs: {
      low: '저주파 대역의 평균 파워. 백색 노이즈면 그 분산',
      mid: '중간 대역의 평균 파워',
      high: '고주파 대역의 평균 파워',
    },
    params: {
      low_to: '저주파 대역의 끝. 축 방향 최고 주파수에 대한 비율',
      high_from: '고주파 대역의 시작',
    },
  },

  BitsPerDim: {
    summary:
      '모델에서 데이터의 음의 로그 가능도를 차원당 비트로 구합니다. 변분 하한이나 확률 흐름 ODE를 씁니다. 열면 항이 계산되는 것이 보입니다.',
    inputs: {
      model: shared.trainedModel,
      x_0: '모델을 학습하지 않은 깨끗한 데이터',
      schedule: shared.trainedSchedule,
      condition: shared.labels,
    },
    outputs: {
      bits_per_dim: '항목의 평균. 변분 하한으로 구하면 상한값',
      prior: '마지막 타임스텝에서 사전 분포의 몫',
      terms:
        't에 따른 단계마다의 몫. Chart에 연결. 변분 하한이면 단계마다의 KL 발산, t = 0에서는 데이터의 음의 로그 가능도',
    },
    params: {
      method: {
        about: '계산 방법',
        each: {
          vlb: '변분 하한, 모든 타임스텝에 걸쳐',
          ode: '확률 흐름 ODE를 따라 구한 밀도, 모든 스케줄에',
        },
      },
      variance: shared.reverseVariance,
      num_inference_steps: '단계의 수. 단계마다 평가 두 번',
      levels: shared.levels,
      clip: {
        about: '예측한 x_0을 [-1, 1]로 자릅니다',
        each: { auto: '이미지면 자르고, 아니면 자르지 않음', on: '항상', off: '자르지 않음' },
      },
      batch_size: shared.batchSize,
      seed: '노이즈의 시드. 단계마다 새로 뽑습니다',
    },
  },

  ChamferDistance: {
    summary:
      '두 집합 사이의 챔퍼 거리: 항목마다 다른 집합에서 가장 가까운 항목까지의 거리 제곱을 양쪽에서 평균합니다. 미분할 수 있어 손실로도 씁니다.',
    inputs: {
      samples: shared.judgedSamples,
      reference: shared.realData,
    },
    outputs: {
      distance: '챔퍼 거리',
    },
    params: {
      count: shared.count,
    },
  },

  Classifier: {
    summary:
      '이미지를 분류하는 새 신경망입니다. 실제 이미지로 학습해 생성한 이미지를 평가할 수 있습니다.',
    inputs: {
      dataset: '이미지의 크기, 채널, 클래스를 정하는 데이터 세트',
    },
    outputs: {
      model: '학습 전 모델. Classify와 TrainingStart에 연결',
    },
    params: {
      num_classes: '클래스 수',
      sample_size: shared.imageSize,
      channels: shared.imageChannels,
      block_out_channels: '레벨마다의 채널, 쉼표로 구분. 레벨마다 해상도가 절반이 됩니다',
      norm_num_groups: '그룹 정규화의 그룹 수',
      activation: '정규화 뒤마다의 활성화 함수',
      noised: '노이즈 낀 이미지용. t를 받으며, 샘플러를 가이드할 수 있습니다',
      seed: shared.weightSeed,
    },
  },

  Classify: {
    summary: '분류기를 계산합니다. 이미지마다 클래스의 로짓을 냅니다.',
    inputs: {
      model: 'Classifier. 학습 안에서는 TrainingStart의 출력 model',
      x: '이미지. 노이즈 낀 이미지용 분류기가 아니면 깨끗한 것',
      t: '노이즈 낀 이미지의 타임스텝',
    },
    outputs: {
      logits: '클래스마다 정규화하지 않은 로그 확률',
      features: '마지막 층의 특징, [b, features]',
    },
  },

  CrossEntropy: {
    summary:
      '분류기의 로짓과 정답 클래스의 평균 교차 엔트로피입니다. 분류기를 학습하는 손실입니다.',
    inputs: {
      logits: shared.logits,
      labels: '정답 클래스. -1은 제외',
    },
    outputs: {
      loss: '스칼라 손실. 무작위로 찍으면 log(classes)',
    },
  },

  Distances: {
    summary:
      '여러 샘플 묶음과 기준 사이의 거리입니다. 같은 노이즈에서 시작한 샘플러처럼 항목끼리 비교하거나, 분포로 비교합니다.',
    inputs: {
      samples: shared.row,
      reference: '기준 샘플',
    },
    params: {
      measure: {
        about: '거리의 종류',
        each: {
          rms: '번호가 같은 항목 사이 차이의 제곱평균제곱근',
          sliced_wasserstein: '점 분포 사이의 sliced Wasserstein 거리',
        },
      },
      names: shared.rowNames,
    },
  },

  FrechetDistance: {
    summary:
      '샘플과 실제 데이터 사이의 프레셰 거리입니다. FID처럼 특징의 평균과 공분산으로 구합니다.',
    inputs: {
      samples: shared.manySamples,
      reference: shared.realData,
      classifier: shared.featureClassifier,
    },
    outputs: {
      distance: '프레셰 거리',
    },
    params: {
      components: shared.components,
      count: shared.count,
    },
  },

  KernelDistance: {
    summary:
      '샘플과 실제 데이터의 특징 사이 커널 거리(3차 커널의 MMD 제곱)입니다. KID와 같습니다. 편향이 없어 항목이 적어도 의미가 있으며, 3차 모멘트까지 ' +
      '비교합니다.',
    inputs: {
      samples: shared.manySamples,
      reference: shared.realData,
      classifier: shared.featureClassifier,
    },
    outputs: {
      distance: '특징의 커널 거리',
      loss: '항목 자체의, 또는 분류기 특징의 커널 거리. 미분할 수 있어 학습에 쓸 수 있습니다',
    },
    params: {
      components: shared.components,
      count: shared.count,
      subset_size: '한 번에 비교할 항목 수. 이런 부분집합들의 평균과 표준 오차를 보여 줍니다',
    },
  },

  LikelihoodEnd: {
    summary:
      '가능도 루프의 끝입니다. 모든 단계의 항과 사전 분포의 항을 더합니다. 결과는 차원당 비트로 나타낸 음의 로그 가능도입니다.',
    inputs: {
      loop: shared.fromStart,
      bits: 'VLBLoss의 term, 또는 LikelihoodStep의 bits',
      x_next: 'LikelihoodStep에서. 연결하지 않으면 변분 하한',
    },
    outputs: {
      bits_per_dim: '데이터의 -log p, 배치의 평균. 변분 하한으로 구하면 상한값',
      prior: '사전 분포의 몫',
      terms: 't에 따른 단계마다의 몫',
      x_T: 'ODE가 데이터를 옮긴 노이즈',
    },
    params: {
      dequantized_levels:
        'Dequantize의 levels. 밀도를 양자화 단계의 확률로 바꿉니다. 0이면 연속 데이터',
    },
  },

  LikelihoodStart: {
    summary:
      '가능도 루프의 시작입니다. 변분 하한의 항을 구하려고 모든 타임스텝을 돌거나, 확률 흐름 ODE를 따라 데이터에서 노이즈로 갑니다.',
    inputs: {
      x_0: shared.cleanData,
      timesteps:
        'ODE일 때: FlipTimesteps로 뒤집은, 데이터에서 노이즈로 가는 목록. 연결하지 않으면 변분 하한을 위한 모든 타임스텝',
      schedule: shared.trainedSchedule,
      condition: shared.labels,
    },
    outputs: {
      loop: shared.toEnd,
      x_0: '깨끗한 데이터. 모든 t에서 같음. 변분 하한이면 노이즈를 더하세요',
      x_t: 'ODE를 따라 현재 위치',
      t: '현재 타임스텝',
      t_prev: shared.stepEnd,
      condition: 'x_0의 항목의 조건. 연결했을 때',
    },
    params: {
      batch_size: shared.batchSize,
    },
  },

  LikelihoodStep: {
    summary:
      '확률 흐름 ODE를 따라 가는 Heun 한 단계로, 밀도의 변화를 Hutchinson 대각합 추정으로 구합니다. 단계마다 평가 두 번과 그 기울기입니다.',
    inputs: {
      model: shared.trainedModel,
      x_t: shared.atT,
      t: shared.tOfX,
      t_prev: '이 단계가 끝나는 타임스텝. 가능도를 구할 때는 노이즈 쪽',
      schedule: shared.trainedSchedule,
      condition: shared.condition,
    },
    outputs: {
      x_next: shared.atTPrev,
      bits: '데이터의 -log p에 더하는 몫(bits/dim), 배치의 평균',
    },
    params: {
      seed: '무작위 부호 z의 시드. 단계마다 새로 뽑습니다',
    },
  },

  LogDensity: {
    summary:
      '모델에서 점의 평균 로그 밀도를 닫힌 식으로 구합니다. ExactModel의 혼합이나 Gaussian의 분포에 t의 노이즈를 더한 것입니다. 기울기는 점과 ' +
      '모델에 전달됩니다.',
    inputs: {
      model: 'ExactModel 또는 Gaussian',
      x_t: shared.points,
      t: '밀도의 노이즈 수준. 연결하지 않으면 깨끗한 데이터',
    },
    outputs: {
      log_density: '점의 평균(nat)',
    },
  },

  ModeCoverage: {
    summary:
      '샘플이 데이터의 모드를 몇 개나 덮는지(기준의 클래스마다 하나), 모드 가까이에 있는 샘플의 비율이 얼마인지 셉니다. 모드 사이에는 실제 데이터가 없습니다.',
    inputs: {
      samples: shared.judgedSamples,
      reference: '레이블이 있는 실제 데이터. Points의 eight_gaussians 같은 것',
    },
    outputs: {
      modes: '샘플이 있는 모드의 수',
      near: '모드 가까이에 있는 샘플의 비율',
      emptiest: '모드 가까이의 샘플 가운데 가장 적은 모드의 비율',
    },
  },

  NearestNeighbours: {
    summary:
      '샘플마다 데이터 세트에서 가장 가까운 항목을 찾습니다. 거리가 따로 둔 실제 데이터보다 훨씬 작으면 모델이 학습 데이터를 외운 것입니다.',
    inputs: {
      samples: shared.judgedSamples,
      dataset: '모델의 학습 데이터',
    },
    outputs: {
      neighbours: '샘플마다 가장 가까운 항목. 거리가 같으면 앞의 것',
      distance: '항목의 모든 수에 걸친 유클리드 거리(픽셀은 -1~1), 샘플의 평균',
      distances: '샘플마다의 거리. Chart에 연결',
    },
  },

  PrecisionRecall: {
    summary:
      '거리 하나에 합쳐지는 두 오류를 나누어 봅니다. 사실적이지 않은 샘플(precision, density)과, 어떤 샘플과도 닮지 않은 실제 데이터(recall, ' +
      'coverage)입니다.',
    inputs: {
      samples: shared.manySamples,
      reference: shared.realData,
      classifier: shared.featureClassifier,
    },
    outputs: {
      precision: '실제 항목의 공 안에 있는 샘플의 비율',
      recall: '샘플의 공 안에 있는 실제 항목의 비율',
      density: '샘플을 둘러싼 실제 항목의 공의 수를 k로 나눈 값',
      coverage: '공 안에 샘플이 있는 실제 항목의 비율',
    },
    params: {
      components: shared.components,
      count: shared.count,
      k: '항목마다 k번째 최근접 이웃까지의 공으로 봅니다',
    },
  },

  SlicedWasserstein: {
    summary:
      '차원에 상관없이 점 사이의 sliced Wasserstein 거리: 1차원 Wasserstein 거리를 여러 방향에 걸쳐 평균합니다. 기준을 둘로 나눈 반쪽 사이의 ' +
      '거리를 함께 보여 줍니다.',
    inputs: {
      samples: '평가할 점 [n, d]',
      reference: '실제 점',
    },
    outputs: {
      distance: 'sliced Wasserstein 거리',
    },
    params: {
      directions: '투영의 수. 평면에서는 같은 크기의 부채꼴마다 하나',
      count: '양쪽마다 점 수의 상한',
      seed: '방향의 시드',
    },
  },
} satisfies Record<string, NodeTexts>
