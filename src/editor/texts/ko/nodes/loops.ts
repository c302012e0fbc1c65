// 분류 loops(반복)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const loops = {
  ForEachEnd: {
    summary:
      'ForEach 루프의 끝입니다. 반복마다 수 하나와 샘플 한 묶음을 모아 차트와 필름으로 보냅니다.',
    inputs: {
      loop: shared.fromStart,
      number: '반복마다의 수',
      samples: '반복마다의 샘플',
    },
    outputs: {
      history: '모든 반복의 수. 목록의 수를 x축으로',
      frames: '모든 반복의 샘플',
    },
  },

  ForEachStart: {
    summary:
      '수나 이름의 목록을 도는 루프의 시작입니다. 따로 실행할 때처럼 반복마다 같은 난수를 뽑습니다.',
    inputs: {
      timesteps: '이 타임스텝들을 돕니다. list보다 우선합니다',
    },
    outputs: {
      loop: shared.toEnd,
      number: '현재의 수',
      text: '현재의 수나 이름을 텍스트로',
      t: '현재의 수를 타임스텝으로',
      t_prev: '다음 수를 타임스텝으로. 마지막 다음은 -1',
      index: shared.index,
    },
    params: {
      list: '쉼표로 나눈 수나 이름. 0:10:2는 0, 2, 4, 6, 8',
      name: '차트와 진행 상황에 표시할 수의 이름',
    },
  },

  GradientEnd: {
    summary:
      'Gradient 구간의 끝입니다. 값의 모든 원소를 더하고 그 기울기를 내보냅니다. 값이 항목마다 수 하나이면 항목마다 제 기울기를 얻습니다.',
    inputs: {
      loop: shared.fromStart,
      value: '미분할 값. 배치는 모든 원소를 더합니다',
      also: '구간의 다른 결과. 그대로 내보냅니다',
    },
    outputs: {
      value: '값의 모든 원소의 합',
      gradient: 'x에 대한 기울기. 모양은 x와 같습니다',
      gradient_2: 'x_2에 대한 기울기. 모양은 x_2와 같습니다',
      gradient_3: 'x_3에 대한 기울기. 모양은 x_3과 같습니다',
      also: '구간 안의 값 그대로',
    },
  },

  GradientStart: {
    summary:
      '값을 x로 미분하는 구간의 시작입니다. 안에서는 연결된 값 대신 이 노드의 출력을 쓰세요. 나머지는 모두 상수입니다.',
    inputs: {
      x: '이 배치로 미분합니다',
      x_2: '미분할 두 번째 배치',
      x_3: '미분할 세 번째 배치',
      t: '구간에 그대로 넘깁니다',
    },
    outputs: {
      loop: shared.toEnd,
      x: '구간 안의 x',
      x_2: '구간 안의 x_2',
      x_3: '구간 안의 x_3',
      t: '바뀌지 않은 t',
    },
  },

  JvpEnd: {
    summary:
      'JVP 구간의 끝입니다. 값과, 접선 방향의 미분인 야코비 행렬과 벡터의 곱을 내보냅니다. 구간은 두 번 실행됩니다.',
    inputs: {
      loop: shared.fromStart,
      value: '미분할 값. 모양은 자유입니다',
    },
    outputs: {
      value: '구간의 값',
      jvp: '접선 방향의 미분. 기울기에는 상수입니다',
    },
  },

  JvpStart: {
    summary:
      '값을 한 방향, 곧 x와 타임스텝 t의 접선으로 미분하는 구간의 시작입니다. 안에서는 연결된 값 대신 이 노드의 출력을 쓰세요. 나머지는 모두 상수입니다.',
    inputs: {
      x: '구간의 인자',
      tangent: 'x의 방향. 모양은 x와 같습니다. 연결하지 않으면 0',
      x_2: '두 번째 인자',
      tangent_2: 'x_2의 방향. 연결하지 않으면 0',
      t: '미분할 타임스텝. Predict가 받습니다',
    },
    outputs: {
      loop: shared.toEnd,
      x: '구간 안의 x',
      x_2: '구간 안의 x_2',
      t: '구간 안의 t. 미분을 나르며, Predict의 t와 condition에 쓰입니다',
    },
    params: {
      t_tangent:
        't를 연결했을 때의 방향, 타임스텝 단위. 0에서 1까지의 시간이라면 타임스텝의 수입니다',
    },
  },

  RepeatEnd: {
    summary: 'Repeat 루프의 끝입니다. 반복마다 값을 받아 마지막 값을 내보냅니다.',
    inputs: {
      loop: shared.fromStart,
      value: '다음 반복으로 넘길 값',
      again: '0보다 크지 않으면 루프를 일찍 끝냅니다',
    },
    outputs: {
      value: '마지막 반복의 값',
    },
  },

  RepeatStart: {
    summary: '정해진 횟수만큼 도는 루프의 시작입니다. 반복마다 앞 반복의 값을 받습니다.',
    inputs: {
      value: '초깃값',
      until: '이 타임스텝까지 t + 1번 반복합니다. times보다 우선합니다',
    },
    outputs: {
      loop: shared.toEnd,
      value: '앞 반복의 값',
      index: shared.index,
      t: '반복 번호를 타임스텝으로',
    },
    params: {
      times: 'until을 연결하지 않을 때의 반복 횟수',
    },
  },
} satisfies Record<string, NodeTexts>
