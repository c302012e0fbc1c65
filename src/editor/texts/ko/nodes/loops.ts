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
