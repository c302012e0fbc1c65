// 모델을 만들거나 감싸는 노드의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { modelNodeMessages } from '../../../../nodes/messages/modelNodes.ts'

export const koModelNodes: SameKeys<typeof modelNodeMessages> = {
  // 어텐션
  noAttention: '해상도나 mid_block이 있어야 하는데 둘 다 없어, 어텐션을 하는 곳이 없습니다.',
  addResolution: '4 같은 해상도를 추가하거나, 노드를 삭제하세요.',
  noTokensAt:
    '모델이 토큰에 어텐션을 하는 해상도({sides}) 가운데 하나여야 하는데 {resolution}입니다.',
  chooseResolution: '그 가운데 하나를 고르거나, 가장 고운 것이면 0으로 하세요.',
  queryPixel: 'x_t의 픽셀인 0부터 {last}까지, 또는 모두를 뜻하는 -1이어야 하는데 {got}입니다.',
  mapImages: '이미지가 {items}개, 또는 모두에 하나여야 하는데 모양이 [{shape}]입니다.',
  mapImagesOfBatch: 'x_t와 같은 배치의 이미지를 연결하세요.',
  tokenLabels: '입력마다 레이블 수가 같거나 모두에 하나여야 하는데 {counts}개입니다.',
  labelsOfBatch: '같은 배치의 레이블을 연결하세요.',
  sameCondition: '종류가 다른 조건이어야 하는데 {kind} 종류가 둘입니다.',
  otherConditionKind:
    '하나를 빼세요. 레이블 여럿은 LabelTokens가, 벡터 여럿은 ConcatChannels가 합칩니다.',
  noConditions: '조건이나 추가 채널이 있어야 하는데 아무것도 없습니다.',
  connectCondition: '조건을 연결하거나 노드를 빼세요.',
  extraSides: '추가 채널의 크기가 [{expected}]과 맞아야 하는데 [{shape}]입니다.',
  extraOfBatch:
    '크기가 같은 이미지나 한 배치의 점을 연결하세요. 항목 하나는 모두에 쓰일 수 있습니다.',
  pixelPatches: '두 변이 {multiple}의 배수인 이미지 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  choosePatches: '곱이 두 변을 나누어떨어지게 하는 shrink와 patch_size를 고르세요.',

  // 프롬프트
  unknownWord:
    '단어 "{word}"이(가) 있는 캡션이 없어 모르는 단어로 처리합니다. 비슷한 단어: {nearest}.',
  unlikeWord: '단어 "{word}"이(가) 있는 캡션도, 비슷한 단어도 없어 모르는 단어로 처리합니다.',
  longPrompt: '"{prompt}"에서 처음 {most}개 단어만 쓰입니다.',
  promptCount: '프롬프트는 {most}개까지인데 {got}개입니다.',
  fewerPrompts: '줄을 줄이세요.',

  // 토큰
  notTokens: '데이터 세트의 토큰이어야 하는데 종류가 "{kind}"인 조건입니다.',
  connectTokens:
    'TrainingStart의 tokens(further_slots를 켜면 나옵니다)나 TokenText, CorruptTokens를 연결하세요.',
  tokenLogits: '자리의 토큰마다 하나씩 모양이 [{expected}]인 로짓이어야 하는데 [{got}]입니다.',
  connectPredictTokens: '어휘가 같은 모델의 PredictTokens를 연결하세요.',
  noNoisyTokens: '가려진 자리만 세므로 노이즈 낀 토큰이 있어야 하는데 없습니다.',
  connectNoisyTokens: 'CorruptTokens의 토큰을 연결하거나 `places`를 all로 하세요.',
  weightsWithoutTime: '가능도의 가중치에는 t와 schedule이 있어야 하는데 없습니다.',
  connectTimes: 'CorruptTokens의 것을 연결하거나 `weighting`을 uniform으로 하세요.',
  endlessSchedule: '시간에 끝이 있는 스케줄이어야 하는데 sigma의 스케줄입니다.',
  useFlowSchedule: 'FlowSchedule이나 NoiseSchedule을 연결하세요.',

  // 가이던스
  noisyClassifier: 't를 받는, 노이즈 낀 이미지의 분류기여야 하는데 깨끗한 이미지의 분류기입니다.',
  trainOnNoise:
    'Classifier의 `noised`를 켜고, Classify에 t를 연결해 ForwardNoise의 출력으로 학습하세요.',
  classifierItems:
    'model처럼 [{expected}] 모양의 항목을 위한 분류기여야 하는데 [{got}] 모양을 위한 것입니다.',
  sameData: '둘을 같은 데이터에 맞추어 만드세요.',
  labelsPerImage: '이미지마다 레이블이 하나([{expected}])여야 하는데 [{got}]입니다.',
  labelsAndImages: 'labels와 x_t를 같은 배치에서 받으세요.',
  classifierLabel: '분류기의 레이블은 0부터 {last}까지, 없으면 -1이어야 하는데 {label}입니다.',
  chooseClass: '분류기의 학습 데이터에 있는 클래스를 고르세요.',
  guidanceByNumbers:
    '가이던스로 멀어질 “조건 없음”이 있는 모델이어야 하는데, 수나 벡터를 조건으로 받는 모델입니다.',
  useClassLabels:
    'LabelDropout으로 학습한, 클래스 레이블이 있는 모델을 쓰거나 `worse`를 연결하세요.',
  guidanceWithoutClasses: '가이던스에 쓸 클래스가 있는 모델이어야 하는데 없습니다.',
  addClasses:
    '모델의 num_classes를 정하고 레이블과 LabelDropout으로 학습하거나, `worse`를 연결하세요.',
  worseItems:
    'model처럼 [{expected}] 모양의 항목을 위한 모델이어야 하는데 [{got}] 모양을 위한 것입니다.',
  worsePredicts: 'worse도 model처럼 {expected}을(를) 예측해야 하는데 {got}입니다.',
  samePrediction: '둘의 `predicts`를 같게 정하고 다시 학습하세요.',

  // 점
  datasetUnused: '혼합이 `{mixture}`이라(라) 연결된 데이터 세트를 쓰지 않습니다.',
  noDataset: '혼합이 `dataset`이면 데이터 세트가 있어야 하는데 없습니다.',
  connectDataset: '연결하거나, 다른 혼합을 고르세요.',
  pointItems: '점, 곧 [dim] 모양의 항목이어야 하는데 [{shape}] 모양입니다.',
  connectPoints: '점의 데이터 세트를 연결하세요.',
  noiseShape: '노이즈의 모양이 [b, {dim}]이어야 하는데 [{shape}]입니다.',
  fitNoise: '노이즈를 점과 같은 모양으로 뽑거나, Gaussian의 `dim`을 정하세요.',
  evenWidth: '사인과 코사인이 반씩인 짝수여야 하는데 {got}입니다.',
  takeNumber: '{number}(으)로 정하세요.',
  preconditionVariance:
    'Precondition에 쓸 모델은 분산을 예측하지 않아야 하는데, 예측하는 모델입니다.',
  noLearnedVariance: '모델의 learned_variance를 none으로 정하세요.',

  // DiT
  headWidth: '헤드마다 채널이 4의 배수여야 하는데 {dim}개입니다.',
  tokenWidth:
    '토큰의 너비 num_attention_heads x attention_head_dim은 4의 배수여야 하는데 {heads} x {dim}입니다.',
  patches: '이미지는 {patch} x {patch} 픽셀의 패치로 나누어떨어져야 하는데 {size}입니다.',
  largeDit: '메모리에 들어가는 DiT여야 하는데 파라미터가 {millions}백만 개입니다.',
  smallerDit: '파라미터가 {most}백만 개 이하가 되도록 층, 헤드, 헤드마다의 채널을 줄이세요.',

  // UNet
  longNumberList: '목록은 {most}자까지인데 {got}자입니다.',
  numberList: '쉼표로 나눈 양의 정수들이어야 하는데 {got}입니다.',
  writeNumbers: '{example}처럼 쓰세요.',
  tooManyParameters: '메모리에 들어가는 UNet이어야 하는데 파라미터가 {millions}백만 개입니다.',
  fewerParameters: '파라미터가 {most}백만 개를 넘지 않게 채널이나 수준을 줄이세요.',
  imageItems: '이미지, 곧 [height, width, channels] 모양의 항목이어야 하는데 [{shape}] 모양입니다.',
  useMlp: '이미지의 데이터 세트를 연결하세요. 점에는 MLP를 쓰세요.',
  conditionTwice:
    'cross 종류의 Attention이 조건을 토큰으로 받으므로 class_embed_type은 labels여야 하는데 {kind}입니다.',
  oneCondition:
    'class_embed_type을 labels로 정하거나, Attention의 `kind`를 self나 linear로 정하세요.',
  labelsTwice:
    '모델의 레이블은 한 종류이므로 클래스 레이블과 함께라면 토큰은 벡터여야 하는데 레이블입니다.',
  tokensOfVectors: 'Attention의 `tokens`를 vectors로 정하거나, labels_with_tokens를 끄세요.',
  noLabels: 'labels_with_tokens가 켜져 있어 클래스가 있어야 하는데 UNet에 없습니다.',
  setClasses: '레이블이 있는 데이터셋을 `dataset`에 연결하거나 num_classes를 정하세요.',
  embeddedTwice:
    'class_embed_type timestep이 수를 같은 방법으로 임베딩하므로 time_embedding_type은 positional이어야 하는데 {type}입니다.',
  embedPositions:
    'time_embedding_type을 positional로, 또는 class_embed_type을 labels나 identity로 하세요.',
  levels: '수준 1~10개의 채널이어야 하는데 {got}개입니다.',
  writeLevels: '32, 64처럼 수준마다 수를 하나씩 쓰세요.',
  groups:
    'norm_num_groups는 모든 수준의 채널 수를 나누어떨어지게 해야 하는데, 채널 {channels}개에 {groups}입니다.',
  fitGroups: '채널을 {channels}개로 하거나, norm_num_groups를 {groups}(으)로 정하세요.',
  firstLevel: '첫 수준에는 t의 사인과 코사인을 위해 채널이 4개 이상이어야 하는데 {got}개입니다.',
  fourChannels: '4 이상으로 정하세요.',
  halvings: '수준이 {levels}개면 두 변이 {multiple}의 배수여야 하는데 이미지가 {size}입니다.',
  fewerLevels: 'block_out_channels의 수준을 {levels}개 이하로 하거나, {size} 이미지를 쓰세요.',

  // 오토인코더
  largeAutoencoder: '메모리에 들어가는 오토인코더여야 하는데 파라미터가 {millions}백만 개입니다.',
  smallerAutoencoder: '채널이나 블록을 줄여 파라미터를 {most}백만 개 이하로 하세요.',
  equalLevels: 'tiny 오토인코더의 채널은 모든 수준에서 같아야 하는데 {got}입니다.',
  takeLevels: '{levels}로 하거나, kind를 kl로 하세요.',

  // 파일
  onnxTraining: 'onnx 형식에는 가중치만 들어가므로 학습 상태가 없어야 합니다.',
  onnxWithoutTraining: 'training의 연결을 끊거나, 다른 형식을 고르세요.',
}
