// DiT의 config에 있는 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { ditMessages } from '../../../../engine/messages/dit.ts'

export const koDit: SameKeys<typeof ditMessages> = {
  // 키 하나
  wrongKey: 'DiT의 {key}은(는) {expected~}이어야(여야) 하는데 {got~}입니다.',
  unknownKey: 'DiT의 설정은 아는 것이어야 하는데 {key}이(가) {value}입니다.',
  otherNorm: 'adaLN-zero가 없는 트랜스포머는 지원하지 않습니다.',
  otherActivation: '다른 피드포워드 신경망은 지원하지 않습니다.',

  // 함께 맞아야 하는 키
  patches: 'DiT의 sample_size는 patch_size {patch}의 배수여야 하는데 {got~}입니다.',
  width: 'DiT의 너비 num_attention_heads x attention_head_dim은 4의 배수여야 하는데 {got}입니다.',
  channels:
    'DiT의 출력 채널은 입력 채널 수 {inputs}과(와) 같거나, 분산이 있으면 두 배여야 하는데 {outputs}개입니다.',

  // diffusers의 DiTTransformer2DModel
  square: 'DiTTransformer2DModel의 이미지는 정사각형입니다.',
}
