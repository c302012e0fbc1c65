// 모든 오류에 붙는 말.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { faultMessages } from '../../../../engine/messages/faults.ts'

export const koFaults: SameKeys<typeof faultMessages> = {
  openNode: '{cure~} {title}을(를) 열면 `{param}`을(를) 바꿀 수 있습니다.',
  at: '{place}: {problem}',
  atStop: '{place}: {problem}.',
  sentences: '{first} {second}',
  list: '{first}, {second}',
  report: '다시 실행해 보세요. 또 생기면 이 그래프와 함께 알려 주세요.',
}
