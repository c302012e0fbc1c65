// 분류 view(보기)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const view = {
  Chart: {
    summary:
      '수를 선 차트로 그립니다. 단계마다의 손실, t마다의 거리 같은 값입니다. 이전 실행의 선은 뒤에 남습니다.',
    inputs: {
      values:
        '선 하나. 반복마다 수 하나, 또는 전체 기록. 기록에 t나 목록이 있으면 그에 대해 그립니다',
      x: 'x축의 위치. 연결하지 않으면 반복 번호',
    },
    params: {
      title: shared.title,
      names: shared.lineNames,
      y_log: shared.yLog,
      keep: '남겨 둘 이전 실행의 수',
    },
  },

  Compare: {
    summary: '두 값을 비교합니다. 통계를 보여 주고, 점이면 분포 사이의 거리도 보여 줍니다.',
    inputs: {
      a: '첫째 값',
      b: '둘째 값',
    },
  },

  DenoisingPreview: {
    summary:
      '루프가 샘플링하거나 학습하는 동안 x_t와 그로부터 예측한 x_0을 나란히 보여 줍니다. 이미지는 격자로, 점은 예측한 위치까지의 선과 함께 보여 줍니다.',
    inputs: {
      x_t: shared.predictedFrom,
      prediction: '모델의 예측. 유형은 무엇이든',
      t: shared.tOfX,
      schedule: shared.levelSchedule,
      x_0: 'x_t의 바탕이 된 깨끗한 데이터. 학습에서처럼 알 수 있을 때',
    },
    params: {
      count: '이미지 수, 앞에서부터',
      columns: shared.gridColumns,
      block_size: 'SpaceToDepth 패치를 다루는 모델의 블록 크기(픽셀)',
      range: shared.range,
      extent: '점일 때 보이는 범위는 -extent부터 extent까지. 0이면 점에 맞춤',
    },
  },

  DensityOverTime: {
    summary:
      '직선 위의 점의 밀도가 노이즈에서 데이터까지 시간에 따라 변하는 모습을 열지도로 보여 주고, 점 몇 개의 경로를 함께 그립니다.',
    inputs: {
      trajectory: '점 [n, 1]의 궤적. SamplingEnd나 Sampler에서',
    },
    params: {
      paths: '그릴 경로의 수',
      bins: 'x 방향 구간의 수',
      extent: '-extent부터 extent까지의 밀도. 0이면 점에 맞춤',
      axis: {
        about: '가로축',
        each: {
          t: '타임스텝: 왼쪽이 데이터, 오른쪽이 노이즈',
          step: '저장한 단계의 번호: 왼쪽이 노이즈, 오른쪽이 데이터',
        },
      },
      brightness: {
        about: '가장 밝은 것',
        each: {
          each: '시간마다 가장 높은 밀도',
          all: '모든 시간에서 가장 높은 밀도',
        },
      },
    },
  },

  FeatureMaps: {
    summary:
      '모델의 레이어 하나의 출력을 채널마다 회색 그림으로 보여 주고, 평균, 표준편차, 0의 비율, 범위를 냅니다. 모델을 레이어마다 드롭아웃 없이 다시 계산하므로 마지막 비트는 Predict와 다를 수 있습니다.',
    inputs: {
      model: '네트워크가 있는 모델',
      x_t: shared.noisyData,
      t: shared.oneOrPerItem,
      condition: '모델의 조건. 연결하지 않으면 없음',
    },
    params: {
      layer: 'conv_in 같은 레이어의 이름. 비우면 모든 레이어와 그 모양을 나열합니다',
      item: '보여 줄 배치의 항목, 0부터',
      count: '보여 줄 채널 수의 상한. 앞에서부터',
      range: {
        about: '검정에서 하양까지의 범위',
        each: {
          channel: '채널마다 가장 작은 값에서 가장 큰 값까지',
          layer: '레이어의 가장 작은 값에서 가장 큰 값까지. 채널을 비교할 때',
        },
      },
    },
  },

  FilmStrip: {
    summary:
      '노이즈에서 데이터까지 이미지, 점, 단어의 궤적을 보여 줍니다. 위에서 끌면 시간을 오갑니다.',
    inputs: {
      trajectory: '이미지, 평면의 점, 토큰. 샘플링 루프의 끝이나 Sampler에서',
    },
    params: {
      count:
        '이미지나 단어의 수, 앞에서부터. 아주 많으면 프레임 수가 줄어듭니다. 점은 항상 모두 표시합니다',
      columns: '열 수. 0이면 이미지를 가장 크게',
      range: {
        about: '값을 밝기로 나타내는 방법',
        each: {
          data: '-1은 검정, 1은 하양. 벗어난 값은 자름',
          auto: '모든 프레임의 가장 작은 값부터 가장 큰 값까지',
        },
      },
    },
  },

  GradientNorms: {
    summary:
      '마지막 학습 단계에서 레이어마다 기울기의 노름을 자르기 전 값으로 보여 줍니다. 막대는 10의 거듭제곱 다섯 개 범위의 로그 눈금이며, 막대가 없는 레이어는 거의 배우지 않습니다.',
    inputs: { training: 'TrainingEnd의 학습 상태' },
  },

  ModelSummary: {
    summary:
      '모델의 레이어를 표로 보여 줍니다. 연산, 출력 모양, 파라미터 수, 곱셈-덧셈 수, 항목마다의 활성값 메모리입니다. 이름은 FeatureMaps와 AttentionMaps가 받는 이름입니다.',
    inputs: { model: '네트워크가 있는 모델' },
    params: {
      depth: '이름의 앞부분이 같은 레이어를 합합니다. 2이면 down_blocks.0처럼. 0이면 레이어마다',
      tokens: '항목마다의 토큰 수. 토큰 수가 정해지지 않은 모델일 때',
    },
  },

  Histogram: {
    summary: '배치의 모든 수나, 루프의 반복마다 나온 수의 분포를 밀도로 보여 줍니다.',
    inputs: {
      values: '배치나 데이터 세트의 모든 수',
      numbers: '루프의 반복마다 수 하나',
    },
    params: {
      names: '히스토그램의 이름, 쉼표로 구분',
      bins: '구간의 수',
      range_min: '아래쪽 끝. 양 끝이 0이면 수에 맞춤',
      range_max: '위쪽 끝',
      y_log: shared.yLog,
    },
  },

  Inspect: {
    summary:
      '임의의 값의 통계를 보여 줍니다. 모양, 평균, 표준 편차, 최솟값, 최댓값, NaN의 수, 히스토그램입니다.',
    inputs: {
      value: '살펴볼 값',
    },
  },

  LossByTimestep: {
    summary:
      '학습 손실을 타임스텝에 따라 그립니다. 항목 수가 같은 구간마다 최근 항목의 평균입니다. 모든 t의 평균으로는 보이지 않는, 어려운 타임스텝이 보입니다.',
    inputs: {
      losses: '선 하나. t를 연결한 Loss의 losses',
    },
    params: {
      bins: 't를 나누는 구간의 수',
      last: '평균에 쓰는 최근 항목 수. 적을수록 빨리 따라가고 더 흔들립니다',
      title: shared.title,
      names: shared.lineNames,
      x_log: '로그 x축. t = σ인 스케줄에',
      y_log: shared.yLog,
    },
  },

  Numbers: {
    summary:
      '수를 이름과 함께 한 줄에 하나씩 보여 줍니다. 여러 모델의 bits/dim, 정확도, 거리 같은 값입니다.',
    inputs: {
      numbers: shared.row,
    },
    params: {
      names: shared.rowNames,
    },
  },

  Preview: {
    summary:
      '이미지를 보여 줍니다. 샘플링 루프 안에서는 노이즈에서 이미지가 나오는 과정을, 예를 들어 x_t와 예측한 x_0을 나란히 보여 줍니다. 잠재 표현은 채널마다 지도로 보여 줍니다.',
    inputs: {
      images: '격자 하나씩. ConvertPrediction을 연결하면 예측한 x_0을 보여 줍니다',
      labels: '이미지 아래에 표시할 레이블. 데이터 세트에는 자체 레이블이나 캡션이 있습니다',
    },
    params: {
      names: '격자의 이름, 쉼표로 구분',
      count: '이미지 수: 앞에서부터. 데이터 세트면 같은 간격으로',
      columns: shared.gridColumns,
      range: shared.range,
    },
  },

  Scatter: {
    summary:
      '평면의 점을 산점도로 그립니다. 점구름, 궤적의 경로, 벡터장의 화살표, 분산의 타원을 그릴 수 있습니다. 공간의 점은 투영해 보여 주고 끌어서 돌리며, 직선 위의 점은 히스토그램으로 보여 줍니다.',
    inputs: {
      samples: '점구름. 첫째를 맨 뒤에 그립니다',
      trajectory: '점마다의 경로. 그림 위에서 끌면 시간을 오갑니다',
      field_at: '화살표의 시작점. Grid에서',
      field: '화살표. field_at과 같은 모양',
      mean: '타원의 중심',
      variance: '좌표마다의 분산. 표준 편차 하나 크기의 타원으로 그립니다',
    },
    params: {
      names: '점구름의 이름, 쉼표로 구분',
      extent: '보이는 범위는 -extent부터 extent까지. 0이면 점에 맞춤',
      field_scale: '화살표의 배율. 0이면 가장 긴 것이 격자 너비만큼',
      reverse_field:
        '예측의 화살표를 노이즈에서 데이터 쪽으로 뒤집습니다. 노이즈를 제거하는 방향입니다',
    },
  },

  ScheduleChart: {
    summary:
      '노이즈 스케줄을 데이터에서 노이즈까지 시간에 대해 그립니다. 남은 신호, 또는 신호에 대한 노이즈입니다. 기울기가 모델이 노이즈 수준마다 머무는 정도를 정합니다.',
    inputs: {
      schedules: shared.line,
      t: '축에 표시할 타임스텝. 첫째 스케줄의 t',
    },
    params: {
      quantity: {
        about: '그릴 양',
        each: {
          alpha_bar: '분산에서 신호의 비율',
          log_snr: '신호 대 잡음비의 로그',
          sigma: '신호에 대한 노이즈, sigma / alpha',
          snr: '분산의 신호 대 잡음비',
        },
      },
      names: shared.lineNames,
    },
  },

  Spectrum: {
    summary:
      '이미지나 점 밀도의 방사형 파워 스펙트럼입니다. 노이즈는 평평하고, 구조는 주파수가 높을수록 줄어듭니다.',
    inputs: {
      samples: shared.line,
    },
    params: {
      names: shared.lineNames,
      range: {
        about: 'y축의 범위',
        each: { auto: '선에 맞춤', fixed: '고정. 루프가 도는 동안 선을 비교할 때' },
      },
      y_min: '고정일 때 가장 낮은 파워',
      y_max: '고정일 때 가장 높은 파워',
      extent: '점일 때 밀도를 재는 범위, -extent부터 extent까지',
    },
  },
} satisfies Record<string, NodeTexts>
