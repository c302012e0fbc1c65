// UNet의 config에 있는 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { unetMessages, unetWords } from '../../../../engine/messages/unet.ts'

export const koUnet: SameKeys<typeof unetMessages> = {
  // 키 하나
  wrongKey: 'UNet의 {key}은(는) {expected~}이어야(여야) 하는데 {got~}입니다.',
  unknownKey: 'UNet의 설정은 아는 것이어야 하는데 {key}이(가) {value}입니다.',
  otherBlocks: 'skip, FIR, K 필터나 단순 교차 어텐션이 있는 블록은 지원하지 않습니다.',
  otherShifts: '임베딩을 더하는 다른 방법은 지원하지 않습니다.',
  imageTokens: '이미지에서 만든 토큰은 지원하지 않습니다.',
  otherValues: '다른 값은 지원하지 않습니다.',

  // 함께 맞아야 하는 키
  entries: 'UNet의 {key}에는 block_out_channels처럼 값이 {expected}개여야 하는데 {got}개입니다.',
  channels:
    'UNet의 출력 채널은 이미지의 채널 수 {images}과(와) 같거나, 분산이 있으면 두 배여야 하는데 {outputs}개입니다.',
  groups:
    'UNet의 norm_num_groups는 모든 수준의 채널 수를 나누어떨어지게 해야 하는데, 채널 {channels}개에 {groups}입니다.',
  middleGroups:
    'UNet의 attn_norm_num_groups는 가운데 블록의 채널 {channels}개를 나누어떨어지게 해야 하는데 {groups}입니다.',
  middleAttention:
    'UNet의 mid_block_type이 “{type}”이면 add_attention이 true여야 하는데 false입니다.',
  unusedTokens: 'UNet에 토큰에 어텐션을 하는 블록이 없어 {key}이(가) 없어야 하는데 있습니다.',
  headEntries:
    'UNet의 attention_head_dim에는 수준마다 하나와 가운데 블록 하나로 값이 {expected}개여야 하는데 {got}개입니다.',
  headsOfLevel:
    'UNet의 attention_head_dim은 수준 {level}의 채널 {channels}개를 나누어떨어지게 해야 하는데 {dim}입니다.',
  headsOfMiddle:
    'UNet의 attention_head_dim은 가운데 블록의 채널 {channels}개를 나누어떨어지게 해야 하는데 {dim}입니다.',
  size: '수준이 {levels}개면 UNet의 sample_size는 {multiple}의 배수여야 하는데 {got~}입니다.',
  firstLevel:
    'freq_shift {shift}으로(로) t를 임베딩하려면 UNet의 첫 수준에 채널이 더 많아야 하는데 {channels}개입니다.',
  learnedTimes: 't의 임베딩을 학습하는 UNet에는 num_train_timesteps가 있어야 하는데 null입니다.',
  embeddedTwice:
    'class_embed_type이 “timestep”인 UNet의 time_embedding_type은 “positional”이어야 하는데 “{type}”입니다.',
  twoTokens:
    'UNet의 토큰은 레이블이나 벡터라 num_token_embeds나 encoder_hid_dim이어야 하는데 둘 다 있습니다.',
  twoLabels:
    '조건의 레이블은 한 종류이므로 UNet의 num_class_embeds나 num_token_embeds 가운데 하나여야 하는데 둘 다 있습니다.',

  // diffusers의 UNet2DConditionModel
  foreignKey: 'UNet2DConditionModel에는 {key}이(가) 없습니다.',
  unsupported: '지원하지 않는 UNet입니다. {reason~}',
  headList:
    'UNet의 attention_head_dim은 수준 {level}의 채널 {channels}개에 맞아야 하는데 {heads~}입니다.',
  linearAttention:
    'diffusers의 UNet에는 선형 어텐션이 없습니다. 자기 어텐션이나 교차 어텐션을 쓰세요.',
  headsByLevel:
    'UNet2DModel에는 모든 수준에 attention_head_dim이 하나인데 여기서는 {dims}입니다. 어텐션의 heads 대신 head_dim을 정하세요.',
  labelTokens: 'UNet2DConditionModel에는 토큰을 찾는 레이블 표가 없습니다. 토큰으로 벡터를 쓰세요.',
  middleTokens:
    'UNet2DConditionModel의 가운데 블록은 토큰에 어텐션을 합니다. 가운데 블록에도 교차 어텐션을 쓰세요.',
  otherTimes: 'UNet2DConditionModel은 t를 다르게 임베딩하거나, 사인과 코사인으로만 임베딩합니다.',
  endActivation: 'UNet2DConditionModel은 끝의 활성화 함수가 다릅니다.',
  resampling:
    'UNet2DConditionModel은 어텐션이 있는 블록 다음에 합성곱으로 해상도를 바꿉니다. downsample과 upsample을 conv로 정하세요.',
  oneHeadList:
    'UNet2DConditionModel에는 헤드의 목록이 하나라 이것을 담을 수 없습니다. 모든 어텐션의 heads를 정하고, 마지막 수준과 가운데 블록을 같게 하세요.',
}

export const koUnetWords: SameKeys<typeof unetWords> = {
  nothing: '없음',
  count: '양의 정수',
  countOrNull: '양의 정수나 null',
  countOrZero: '양의 정수나 0',
  positive: '양수',
  headCount: '양의 정수나, 헤드가 하나면 null',
  number: '수',
  choice: '{choices} 가운데 하나',
  boolean: 'true나 false',
  share: '0 이상 1 미만의 수',
  listOf: '하나하나가 {item~}인 목록',
  orList: '{item~}, 또는 그런 것의 목록',
  integerFromZero: '0부터 {most}까지의 정수',
  integerTo: '1부터 {most}까지의 정수',
  side: '이미지 한 변의 픽셀 수나 [height, width]',
}
