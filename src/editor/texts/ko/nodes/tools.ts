// 분류 tools(도구)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const tools = {
  Boolean: {
    summary: '여러 노드의 파라미터에 연결할 수 있는 스위치입니다. 참은 1, 거짓은 0입니다.',
    outputs: {
      number: '참은 1, 거짓은 0',
    },
    params: {
      value: '스위치의 위치',
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

  Text: {
    summary: '선택지의 이름처럼 여러 노드의 파라미터에 연결할 수 있는 텍스트입니다.',
    outputs: {
      text: '이 텍스트',
    },
    params: {
      value: '텍스트',
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
      shape: '표시할 부분. 점의 좌표는 열로 봅니다',
      size: '크기. 변의 길이에 대한 비율',
      inverted: '0과 1을 바꿉니다',
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

  Reroute: {
    summary: '연결선의 경유점입니다. 계산에는 영향을 주지 않습니다.',
    inputs: {
      value: shared.anyValue,
    },
    outputs: {
      value: '같은 값',
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
} satisfies Record<string, NodeTexts>
