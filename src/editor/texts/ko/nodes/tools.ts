// 분류 tools(도구)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const tools = {
  Blur: {
    summary:
      '가우스 블러: 이미지나 이미지의 예측을 낮은 주파수(저역 통과)와 나머지(고역 통과)로 나눕니다. 둘의 합은 원래 이미지입니다. 하이브리드 이미지는 이것을 두 예측에서 가져옵니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      low: '흐린 것: 낮은 주파수',
      high: '흐린 것과의 차이: 높은 주파수',
    },
    params: {
      sigma: '표준 편차(픽셀). 0이면 그대로',
      edges: {
        about: '가장자리 밖에 있는 것',
        each: {
          reflect: '거울에 비친 이미지',
          wrap: '이미지의 반대쪽',
          edge: '가장자리의 픽셀',
        },
      },
    },
  },

  Boolean: {
    summary: '여러 노드의 파라미터에 연결할 수 있는 스위치입니다. 참은 1, 거짓은 0입니다.',
    outputs: {
      number: '참은 1, 거짓은 0',
    },
    params: {
      value: '스위치의 위치',
    },
  },

  ConcatChannels: {
    summary:
      '이미지의 채널이나 점의 좌표를 합칩니다. 예를 들어 노이즈 낀 이미지와 그 조건을 합칩니다.',
    inputs: {
      a: '첫 채널 [b, ..., c]',
      b: '다음 채널. 다른 축의 크기는 a와 같게',
      c: '마지막 채널',
    },
    outputs: {
      joined: '모든 채널. 종류는 a와 같음',
    },
  },

  Crop: {
    summary: '이미지나 이미지의 예측에서 직사각형을 잘라 냅니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      top: '첫 행',
      left: '첫 열',
      height: '높이(픽셀). 0이면 아래 끝까지',
      width: '너비(픽셀). 0이면 오른쪽 끝까지',
    },
  },

  Flip: {
    summary: '이미지나 이미지의 예측을 뒤집습니다. 시각 애너그램의 시점이나 데이터 증강에 씁니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      axis: {
        about: '방향',
        each: {
          horizontal: '왼쪽과 오른쪽을 바꿈',
          vertical: '위와 아래를 바꿈',
          both: '180도 돌림',
        },
      },
    },
  },

  Formula: {
    summary:
      '입력 a부터 p로 수식을 원소마다 계산합니다. t에서 스케줄의 노이즈 수준도 씁니다. 미분할 수 있습니다.',
    inputs: {
      t: '수식의 t. alpha, sigma와 snr은 t에서의 값입니다',
      schedule: 'alpha, sigma, snr, log_snr, time과 T의 스케줄',
      ...Object.fromEntries([...'abcdefghijklmnop'].map((name) => [name, '이 이름의 피연산자'])),
    },
    outputs: {
      result: '수식의 값',
    },
    params: {
      expression:
        '예: a + sigma * b 또는 w = min(snr, 5) / snr; w * a. 언어는 docs/formula.md에 있습니다',
      output:
        '결과의 유형. 타임스텝, 가중치와 레이블은 타임스텝, 가중치, 레이블과 수로만 계산할 수 있습니다',
      predicts: {
        about: '결과의 예측 유형',
        each: {
          'as wired': '수식에 쓴 예측의 유형',
          epsilon: '노이즈',
          v_prediction: '속도 v',
          sample: '깨끗한 데이터',
          flow_prediction: '플로의 속도',
        },
      },
    },
  },

  Grid: {
    summary: '평면 위의 정사각형 격자점입니다. 격자점에서 모델을 계산해 벡터장으로 그릴 때 씁니다.',
    outputs: {
      x: 'count x count개의 점. 아래 줄부터, 줄마다 왼쪽에서 오른쪽으로',
    },
    params: {
      extent: '격자는 두 축 모두 -extent부터 extent까지',
      count: '축마다의 점 수',
    },
  },

  Interpolate: {
    summary:
      '항목의 쌍마다 같은 간격으로 보간합니다. 노이즈가 놓인 구면을 따라(slerp) 또는 직선을 따라(lerp) 보간합니다.',
    inputs: {
      a: '시작',
      b: '끝. a와 같은 모양',
    },
    outputs: {
      between: '쌍마다 a에서 b까지 차례로',
    },
    params: {
      along: {
        about: 'a와 b 사이의 경로',
        each: { sphere: 'slerp: 노이즈 수준을 유지', line: 'lerp: 깨끗한 데이터에' },
      },
      count: '쌍마다의 값의 수, 양 끝 포함. 1이면 w의 값 하나',
      w: 'count가 1일 때 b의 가중치',
    },
  },

  Mask: {
    summary:
      '이미지의 일부나 점의 일부 좌표를 표시합니다. 안쪽은 1, 바깥은 0입니다. Mix와 인페인팅에 씁니다.',
    inputs: {
      like: '마스크를 씌울 크기의 이미지, 또는 같은 차원의 점',
    },
    outputs: {
      mask: '픽셀마다 수 하나. 모든 항목에 같음',
    },
    params: {
      shape: '표시할 부분. 점의 좌표는 열로 봅니다. painted: 노드 위에 칠한 부분',
      size: '크기. 변의 길이에 대한 비율',
      inverted: '0과 1을 바꿉니다',
      brush: '붓의 반지름. 변의 길이에 대한 비율. 점마다 적어도 그 픽셀을 표시합니다',
      drawing: '칠한 부분. 정사각형은 이미지 전체에 해당합니다',
    },
  },

  Mix: {
    summary:
      'a와 b를 가중치 w로 섞습니다. 0.5면 두 예측의 평균입니다. 가중치가 마스크면 1인 곳은 b, 0인 곳은 a가 됩니다.',
    inputs: {
      a: 'w = 0일 때의 결과',
      b: 'w = 1일 때의 결과. a와 같은 유형과 모양',
      weight: 'w: 수 하나, 또는 a의 원소, 항목이나 픽셀마다 값이 하나인 마스크',
    },
    outputs: {
      mix: 'a와 같은 유형',
    },
    params: {
      w: 'weight를 연결하지 않을 때 b의 가중치. 0~1을 벗어나면 외삽합니다',
    },
  },

  Note: {
    summary: '그래프를 읽는 사람을 위한 메모입니다. 계산하지 않습니다.',
    params: {
      text: '메모의 글',
    },
  },

  Number: {
    summary: '여러 노드의 파라미터에 연결할 수 있는 수입니다.',
    outputs: {
      number: '이 수',
    },
    params: {
      value: '수',
    },
  },

  Pad: {
    summary: '이미지나 이미지의 예측에 테두리를 더합니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      top: '위쪽 행의 수',
      bottom: '아래쪽 행의 수',
      left: '왼쪽 열의 수',
      right: '오른쪽 열의 수',
      edges: {
        about: '테두리의 내용',
        each: {
          fill: '상수',
          wrap: '이미지의 반대쪽',
          reflect: '거울에 비친 이미지',
          edge: '가장자리의 픽셀',
        },
      },
      fill: '상수. 검정은 -1',
    },
  },

  Check: {
    summary:
      '값에서 구한 수를 한계와 비교합니다. 평균, 가장 큰 원소, 기준과의 가장 큰 차이 등을 쓸 수 있습니다. 결과를 보여 주고, 통과하지 못하면 힌트를 보여 줍니다.',
    inputs: {
      value: '검사할 값',
      reference:
        '연결하면 value - reference의 차이를 검사합니다. 수는 하나이거나 같은 개수여야 합니다',
    },
    outputs: {
      passed: '통과하면 1, 아니면 0',
      measured: '한계와 비교한 수',
    },
    params: {
      quantity: {
        about: '비교할 수',
        each: {
          mean: '평균. 수가 하나면 그 수',
          std: '표준 편차',
          rms: '제곱 평균의 제곱근',
          smallest: '가장 작은 수',
          largest: '가장 큰 수',
          largest_size: '가장 큰 절댓값',
          first: '첫 번째 수',
          last: '마지막 수',
          item: '위치 index의 수',
          late_mean: '마지막 10분의 1의 평균. 학습이 끝날 때의 손실에 씁니다',
        },
      },
      index: '위치. 0부터 셉니다',
      rule: {
        about: '비교 방법',
        each: {
          at_most: '한계 이하',
          at_least: '한계 이상',
          between: '한계부터 upper까지',
          carries: '값의 종류나 예측 유형이 kind와 같음',
        },
      },
      bound: '수의 한계',
      upper: '위쪽 한계',
      kind: 'samples 같은 값의 종류, 또는 예측 유형',
      hint: '통과하지 못했을 때 보여 주는 글',
    },
  },

  ReadNumber: {
    summary:
      '손실 같은 수를 장치에서 CPU로 읽어 파라미터에 연결할 수 있게 합니다. 실행은 그동안 기다립니다.',
    inputs: {
      number: '장치에 있는 수나 손실',
    },
    outputs: {
      number: 'CPU에 있는 같은 수',
    },
  },

  Reroute: {
    summary: '연결선의 경유점입니다. 계산에는 영향을 주지 않습니다.',
    inputs: {
      value: shared.anyValue,
    },
    outputs: {
      value: '같은 값',
    },
  },

  Resize: {
    summary:
      '이미지나 이미지의 예측을 다른 크기로 바꿉니다. 안티에일리어싱은 하지 않으니, 많이 줄이려면 먼저 흐리게 하세요.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      height: '새 높이(픽셀)',
      width: '새 너비(픽셀)',
      method: {
        about: '보간',
        each: {
          bilinear: '픽셀의 중심 사이를 두 축으로 선형 보간',
          nearest: '가장 가까운 픽셀',
        },
      },
    },
  },

  Rotate: {
    summary:
      '이미지나 이미지의 예측을 돌립니다. 90도의 배수는 값이 그대로이고, 다른 각도는 크기를 유지하며 쌍선형으로 보간합니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      angle: '각도(도), 반시계 방향',
      fill: '이미지 밖에서 온 픽셀의 값. 검정은 -1',
    },
  },

  Shift: {
    summary: '이미지나 이미지의 예측을 픽셀 단위로 옮깁니다.',
    inputs: {
      images: '이미지나 잠재 변수 [b, h, w, c]',
    },
    outputs: {
      images: '입력과 같은 종류',
    },
    params: {
      right: '오른쪽으로 옮길 픽셀 수. 0보다 작으면 왼쪽',
      down: '아래로 옮길 픽셀 수. 0보다 작으면 위',
      edges: {
        about: '들어오는 것',
        each: {
          wrap: '반대쪽으로 나간 것',
          fill: '상수',
          reflect: '거울에 비친 이미지',
          edge: '가장자리의 픽셀',
        },
      },
      fill: '상수. 검정은 -1',
    },
  },

  SplitChannels: {
    summary:
      '이미지의 채널이나 점의 좌표를 나눕니다. ConcatChannels의 역이고, 채널 방향 JoinDatasets의 역입니다.',
    inputs: {
      value: '이미지 [b, h, w, c]나 점 [b, c]',
    },
    outputs: {
      first: '첫 채널',
      rest: '나머지 모든 채널',
    },
    params: {
      channels: 'first의 채널 수',
    },
  },

  StopGradient: {
    summary: '값을 그대로 넘기되 기울기를 막습니다. 값을 계산한 노드로 기울기가 흐르지 않습니다.',
    inputs: {
      value: shared.anyValue,
    },
    outputs: {
      value: '같은 값. 상수로 취급합니다',
    },
  },

  Text: {
    summary: '선택지의 이름처럼 여러 노드의 파라미터에 연결할 수 있는 텍스트입니다.',
    outputs: {
      text: '이 텍스트',
    },
    params: {
      value: '텍스트',
    },
  },
} satisfies Record<string, NodeTexts>
