// 오토인코더의 config에 있는 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { vaeMessages } from '../../../../engine/messages/vae.ts'

export const koVae: SameKeys<typeof vaeMessages> = {
  // 키 하나
  wrongKey: '오토인코더의 {key}은(는) {expected~}이어야(여야) 하는데 {got~}입니다.',
  unknownKey: '오토인코더의 설정은 아는 것이어야 하는데 {key}이(가) {value}입니다.',
  otherBlocks: '다른 블록은 지원하지 않습니다.',
  otherStatistics: '채널마다 다른 통계는 지원하지 않습니다.',
  otherActivation: '다른 활성화 함수는 지원하지 않습니다.',
  otherUpsampling: '이미지를 키우는 다른 방법은 지원하지 않습니다.',

  // 함께 맞아야 하는 키
  entries: '오토인코더의 {key}은(는) 수준마다 하나씩 항목이 {expected}개여야 하는데 {got}개입니다.',
  groups:
    '오토인코더의 norm_num_groups는 모든 수준의 채널을 나누어떨어지게 해야 하는데, 채널 {channels}개에 {groups}입니다.',
  equalWidths:
    '수준 사이의 합성곱이 채널 수를 유지하므로 오토인코더의 {key}은(는) 모든 항목이 같아야 하는데 {got}입니다.',
}
