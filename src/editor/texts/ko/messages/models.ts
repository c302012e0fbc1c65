// 모델의 오류: 모델에 들어가는 것, UNet을 이루는 것.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { memoryMessages } from '../../../../engine/messages/memory.ts'
import type { modelMessages, modelWords } from '../../../../engine/messages/models.ts'

export const koModels: SameKeys<typeof modelMessages> = {
  // 모든 모델
  unknownKind: '아는 종류의 모델({known})이어야 하는데 “{kind}”입니다.',
  noDensity: '밀도를 닫힌 식으로 아는 모델이어야 하는데 “{kind}” 종류의 모델입니다.',
  ownConfig: '“{kind}” 종류의 모델이 받아들이는 설정이어야 합니다. {problem~}',
  ownLayers: '“{kind}” 종류의 모델에서는 층이 서로 맞아야 합니다. {problem~}',
  ownOutput: '“{kind}” 종류의 모델은 출력의 모양이 [{expected}]이어야 하는데 {got}입니다.',
  ownVariance:
    '“{kind}” 종류의 모델은 출력에 분산이 있어 그 종류를 정해야 하는데 정하지 않았습니다.',
  varianceChannels: '출력 채널은 평균과 분산으로 {expected}개여야 하는데 {channels}개입니다.',
  itemShape: '항목의 모양이 [{expected}]이어야 하는데 [{shape}]입니다.',
  imageShape: '이미지의 모양이 [{expected}]이어야 하는데, 항목의 모양이 [{shape}]입니다.',
  constantTime: 't로 미분할 수 있는 신경망이어야 하는데 {kind} 모델입니다.',
  logarithmicTime:
    '모델이 타임스텝의 로그를 임베딩하므로(time_embedding_type fourier) 0보다 커야 하는데 t = {t}입니다.',
  tableTime:
    '모델이 타임스텝마다 벡터를 학습하므로 0부터 {last}까지의 정수여야 하는데 t = {t}입니다.',
  tableDerivative: 't로 미분할 수 있는 모델이어야 하는데, 타임스텝마다 벡터를 학습하는 모델입니다.',
  cleanTime: '노이즈가 있는 타임스텝이어야 하는데 t = -1, 곧 깨끗한 데이터입니다.',
  perItem: '항목마다 {what~}이(가) 하나([{batch}])여야 하는데 [{count}]입니다.',
  infiniteRatio:
    'Precondition을 거친 모델에는 σ / α가 유한해야 하는데, 신호가 없는 t = {t}에서 무한대입니다.',
  densityOfPoints:
    '점에 너비가 있거나 노이즈가 있어야 하는데 t = -1입니다. 둘 다 없으면 데이터에 밀도가 없습니다.',
  notAGaussian: 'Gaussian이어야 하는데 “{kind}” 종류의 모델입니다.',

  // 조건
  unexpectedLabels: '클래스 없이 만든 모델이라 레이블이 없어야 하는데 있습니다.',
  unexpectedTokens: '토큰에 어텐션을 하지 않는 모델이라 토큰이 없어야 하는데 있습니다.',
  unexpectedChannels: '추가 채널 없이 만든 모델이라 추가 채널이 없어야 하는데 있습니다.',
  unexpectedCondition: '조건 없이 만든 모델이라 조건이 없어야 하는데 있습니다.',
  otherTokens: '조건은 {expected~}이어야(여야) 하는데 {condition~}입니다.',
  otherCondition: '이 모델의 조건은 {expected~}이어야(여야) 하는데 {condition~}입니다.',
  missingCondition:
    '조건({expected~})이 있어야 하는데 없습니다. 이 모델은 조건 없이 예측하지 못합니다.',
  labelsPerItem: '항목마다 레이블이 {expected}개여야 하는데 {count}개입니다.',
  labelRange: '이 모델의 레이블은 0부터 {last}까지, 없으면 -1이어야 하는데 {label}입니다.',
  tokenWidth: '토큰의 너비가 {expected}이어야(여야) 하는데 {width}입니다(모양 [{shape}]).',
  vectorWidth: '항목마다 수 {expected}개의 벡터여야 하는데, 샘플의 모양이 [{shape}]입니다.',
  channelShape: '항목마다 추가 채널의 모양이 [{expected}]이어야 하는데 [{shape}]입니다.',
  noNullCondition: '레이블이나 토큰이어야 하는데, “조건 없음”을 나타낼 값이 없는 수나 벡터입니다.',
  noTokens: '토큰에 어텐션을 하는 모델이어야 하는데, 그렇지 않은 모델입니다.',

  // 모델의 함수
  notADenoiser: '노이즈를 없애는 모델이어야 하는데 다른 함수({functions})의 모델입니다.',

  // 오토인코더
  notAnAutoencoder: '오토인코더여야 하는데 “{kind}” 종류의 모델입니다.',
  encoderShape:
    '높이와 너비가 {multiple}의 배수인 이미지 [h, w, {channels}]이어야 하는데 [{shape}]입니다.',
  decoderShape: '잠재 표현 [h, w, {channels}]이어야 하는데 항목의 모양이 [{shape}]입니다.',
  autoencoderSize:
    '이 오토인코더의 유일한 크기인 {expected} 이미지여야 하는데 {size}입니다(항목의 모양 [{shape}]).',
  notTiny: '잠재 표현에 한계가 있는 AutoencoderTiny여야 하는데 “{kind}” 종류의 모델입니다.',
  latentDeviation: '잠재 표현의 표준편차는 0보다 큰 유한한 수여야 하는데 {deviation}입니다.',

  // 모델 들여다보기
  noNetwork: '레이어로 된 네트워크가 있는 모델이어야 하는데, {kind} 종류의 모델입니다.',
  withoutAttention: '어텐션이 있는 모델이어야 하는데, 없는 모델입니다.',
  layerName: '{layers} 같은 모델의 레이어여야 하는데 {layer}입니다.',
  attentionLayer: '모델의 어텐션 레이어({layers}) 가운데 하나여야 하는데 {layer}입니다.',

  // 분류기
  notAClassifier: '분류기여야 하는데 “{kind}” 종류의 모델입니다.',
  notATokenModel: '토큰의 모델이어야 하는데 종류가 "{kind}"인 모델입니다.',
  tokenInput: '단어의 데이터 세트처럼 모양이 [자리, 토큰 + 1]인 x를 받아야 하는데 [{shape}]입니다.',
  tokenOutput: '자리와 토큰마다 수 하나, [{expected}]여야 하는데 모양이 [{shape}]입니다.',
  tokenCount: '모델을 만든 대로 항목마다 토큰이 {expected}개여야 하는데 {count}개입니다.',
  tokensNeedTime: '모델이 t를 읽으므로 t가 있어야 하는데 없습니다.',
  classifierShape:
    '분류기의 학습 데이터처럼 항목의 모양이 [{expected}]이어야 하는데 [{shape}]입니다.',
  classifierNeedsTime: '노이즈 낀 이미지의 분류기라 t가 있어야 하는데 없습니다.',
  classifierWithoutTime: '깨끗한 이미지의 분류기라 t가 없어야 하는데 있습니다.',
  classifierAsDenoiser: '노이즈를 없애는 모델이어야 하는데 분류기입니다.',

  // UNet의 어텐션
  attentionWithoutClasses: '레이블에 어텐션을 하려면 클래스가 있어야 하는데 UNet에 없습니다.',
  attentionWithoutWords:
    '캡션의 단어에 어텐션을 하려면 토큰이 있는 데이터 세트여야 하는데 없습니다.',
  attentionTokens: '교차 어텐션 규칙은 모두 같은 토큰을 써야 하는데 서로 다릅니다.',
  middleLayers:
    '가운데 블록의 transformer 층은 마지막 수준처럼 {last}개여야 하는데 {middle}개입니다.',
  attentionResolution:
    '어텐션은 UNet의 해상도({sides}) 가운데 하나에 두어야 하는데 {resolution}입니다.',
  headsOfLevel:
    '{param}은(는) {nearest}처럼 해상도 {resolution}의 채널 {channels}개를 나누어떨어지게 해야 하는데 {value}입니다.',
  headsOfMiddle:
    '{param}은(는) {nearest}처럼 가운데 블록의 채널 {channels}개를 나누어떨어지게 해야 하는데 {value}입니다.',
}

export const koModelWords: SameKeys<typeof modelWords> = {
  labels: '레이블',
  values: '항목마다 수 하나(타임스텝)',
  vectors: '항목마다 벡터 하나([b, d] 모양의 샘플)',
  tokenSequences: '[b, n, d] 모양의 토큰',
  extraChannels: '추가 채널',
  timestep: '타임스텝',
  number: '수',
  label: '레이블',
  vector: '벡터',
  tokens: '토큰 줄',
  extraItem: '추가 채널 항목',
}

export const koMemory: SameKeys<typeof memoryMessages> = {
  wasmFull:
    '텐서가 wasm 백엔드의 4 GiB(하나에 2 GiB) 안에 들어야 하는데 {mebibytes} MiB를 더 둘 자리가 없습니다.',
  gpuTensor: '텐서는 이 GPU가 담을 수 있는 {most} MiB 이하여야 하는데 {mebibytes} MiB입니다.',
}
