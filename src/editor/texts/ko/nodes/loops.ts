// 분류 loops(반복)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const loops = {
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
