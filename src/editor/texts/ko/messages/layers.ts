// 입력이 맞지 않는 층의 오류와 해결법.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { layerMessages } from '../../../../engine/messages/layers.ts'
import type { layerCures } from '../../../../nodes/messages/layerCures.ts'
import type { layerNodeMessages } from '../../../../nodes/messages/layerNodes.ts'

export const koLayers: SameKeys<typeof layerMessages> = {
  // 입력
  image: '{argument}에는 이미지 [h, w, c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  tokens: '{argument}에는 토큰 [n, c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  tokensOrImage:
    '{argument}에는 토큰 [n, c]나 이미지 [h, w, c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  vector: '{argument}에는 벡터 [c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  embedTimes: '{argument}에는 특징이 와야 하는데 타임스텝이나 항목마다의 수입니다.',
  embedLabels: '{argument}에는 특징이 와야 하는데 클래스 레이블입니다.',
  times: '{argument}에는 타임스텝이나 항목마다의 수가 와야 하는데, 모양이 [{shape}]인 특징입니다.',
  timesNotLabels: '{argument}에는 타임스텝이나 항목마다의 수가 와야 하는데 클래스 레이블입니다.',
  labels: '{argument}에는 클래스 레이블이 와야 하는데, 모양이 [{shape}]인 특징입니다.',
  labelsNotTimes: '{argument}에는 클래스 레이블이 와야 하는데 타임스텝이나 항목마다의 수입니다.',

  // 모양
  sameShape:
    '{argument}의 모양은 [{expected}]이거나 벡터 [{channels}]이어야 하는데 [{shape}]입니다.',
  joined: '{argument}의 모양은 첫 입력처럼 [{expected}]이어야 하는데 [{shape}]입니다.',
  perChannel:
    '{argument}에는 채널마다 수가 하나인 벡터 [{expected}]가 와야 하는데, 모양이 [{shape}]입니다.',
  divides: '{argument}은(는) 채널 {channels}개를 나누어떨어지게 해야 하는데 {value}입니다.',
  partIndex: '{argument}은(는) 나눈 수 {count}보다 작아야 하는데 {value}입니다.',
  divideSize:
    '{argument}은(는) 높이 {height}, 너비 {width}을(를) 나누어떨어지게 해야 하는데 {value}입니다.',
  patchChannels:
    '{argument}의 채널 수는 패치의 픽셀 수 {expected}의 배수여야 하는데, 모양이 [{shape}]입니다.',
  smallImage:
    '{argument}의 이미지는 패딩을 더해 {kernel} x {kernel} 픽셀 이상이어야 하는데 [{shape}]입니다.',
  largePadding: '이미지가 [{shape}]이면 {argument}은(는) {most} 이하여야 하는데 {value}입니다.',
  stride: 'stride는 1이나 2, 또는 padding이 0일 때의 커널 크기여야 하는데 {value}입니다.',
  tokenCount: '{height} x {width} 이미지에는 토큰 {expected}개가 있어야 하는데 {count}개입니다.',
  elementCount: '[{shape}]처럼 수가 {count}개인 모양이어야 하는데, [{to}]에는 {expected}개입니다.',
  quarters: '{argument}의 채널은 4의 배수여야 하는데, 모양이 [{shape}]입니다.',
  quartersOfHeads:
    '헤드마다 채널이 4의 배수여야 하는데, 헤드 {heads}개에 채널이 {channels}개입니다.',
  unknownCount: '{argument}의 토큰 수를 미리 알아야 하는데, 모양이 [{shape}]입니다.',
  widths: '{argument}의 너비는 쿼리와 같은 {expected}이어야(여야) 하는데, 모양이 [{shape}]입니다.',
  keysAndValues: '{argument}의 토큰은 k처럼 {expected}개여야 하는데, 모양이 [{shape}]입니다.',

  // 층으로 된 모델
  sameName: '층마다 이름이 달라야 하는데 {name}이(가) 둘입니다.',
  sharedNothing: '{name}이(가) 쓸 가중치의 층 {owner}이(가) 모델에 있어야 하는데 없습니다.',
  sharedKind: '{name}은(는) 가중치를 쓸 {owner}처럼 {expected} 층이어야 하는데 {got} 층입니다.',
  sharedShape: '{name}은(는) 가중치의 모양이 {owner}처럼 {expected}이어야 하는데 {got}입니다.',
  otherCondition:
    '{kind} 종류의 ConditionInput은 하나이거나 설정이 같아야 하는데 {first}, {second}입니다.',
  otherInput: 'ModelInput은 하나이거나 모양이 같아야 하는데, 모양이 [{first}]과 [{second}]입니다.',
  noInput: 'ModelInput의 x에 따라 달라지는 특징이어야 하는데, 그렇지 않은 특징입니다.',
  otherOutput: '특징의 모양은 ModelInput의 x처럼 [{expected}]이어야 하는데 [{shape}]입니다.',
  otherVarianceOutput:
    '특징의 모양은 예측과 분산을 합쳐 [{expected}]이어야 하는데 [{shape}]입니다.',
  labelTables: '레이블의 임베딩은 클래스 수가 모두 같아야 하는데 {first}, {second}입니다.',
  origin: '닫힌 모델의 설정이거나 비어 있어야 하는데 {got}입니다.',
  tooLarge: '파라미터는 {most}백만 개 이하여야 하는데 {count}백만 개입니다.',

  // 파일
  format: '모델의 층은 형식 1이어야 하는데 형식 {got}입니다.',
  layerList: '층 {most}개 이하의 목록이어야 하는데 {got}입니다.',
  predictLayer: '함수의 결과를 내는 층의 위치여야 하는데 {got}입니다.',
  dropouts: '드롭아웃 층 이름의 목록이어야 하는데 {got}입니다.',
  layer: '모델의 층 {index}이(가) 올바라야 하는데 {got}입니다.',
}

export const koLayerCures: SameKeys<typeof layerCures> = {
  // 입력
  image: '이미지를 연결하거나, Unflatten으로 토큰이나 벡터를 이미지로 바꾸세요.',
  tokens: 'Patchify, Flatten, ConditionInput의 출력 같은 토큰을 연결하세요.',
  tokensOrImage: '이미지나, Patchify의 출력 같은 토큰을 연결하세요.',
  vector: 'TimeEmbedding이나, size가 0인 AvgPool의 출력 같은 벡터를 연결하세요.',
  embedTimes: '그 사이에 TimeEmbedding을 두세요.',
  embedLabels: '그 사이에 LabelEmbedding이나 TokenEmbedding을 두세요.',
  times: 'ModelInput의 t나 ConditionInput의 수를 연결하세요.',
  timesNotLabels: 'ModelInput의 t를 연결하거나, 레이블은 LabelEmbedding으로 임베딩하세요.',
  labels: 'ConditionInput의 레이블을 연결하세요.',
  labelsNotTimes: 'ConditionInput의 레이블을 연결하거나, 수는 TimeEmbedding으로 임베딩하세요.',

  // 모양
  sameShape:
    '모양이 같은 특징을 연결하세요. 채널은 Conv나 Linear가, 크기는 Upsample과 Downsample이 정합니다.',
  joined: 'Upsample이나 Downsample을 거친 것처럼 크기가 같은 특징을 연결하세요. c는 달라도 됩니다.',
  perChannel: '그 앞에 `out`이 {expected}인 Linear를 두세요.',
  divides: '{argument}을(를) {channels}의 약수로 정하거나, 채널 수를 바꾸세요.',
  partIndex: '{argument}을(를) 줄이거나, `count`를 늘리세요.',
  divideSize: '{argument}을(를) 높이와 너비의 공약수로 정하세요.',
  patchChannels: '그 앞에 `out`이 {expected}의 배수인 Linear를 두세요.',
  smallImage: '`kernel`을 줄이거나, `padding`을 늘리거나, 더 큰 이미지를 쓰세요.',
  largePadding: '{argument}을(를) {most}(으)로 줄이거나, `kernel`을 늘리세요.',
  stride:
    '`stride`를 1이나 2로 정하세요. 패치로 나누려면 `kernel`과 같게, `padding`은 0으로 정하세요.',
  tokenCount: '높이와 너비를 토큰이 나온 이미지와 같게 정하세요.',
  elementCount: '곱이 {count}인 크기들을 쓰세요.',
  quarters: '그 앞에 `out`이 4의 배수인 Linear를 두세요.',
  quartersOfHeads: '{argument}을(를) 줄이거나, 그 앞에 채널이 더 많은 Linear를 두세요.',
  unknownCount: 'Patchify나 Flatten의 출력 같은, 이미지의 토큰을 연결하세요.',
  widths: '그 앞에 `out`이 {expected}인 Linear를 두세요.',
  keysAndValues: '키와 값을 같은 토큰에서 가져오세요.',

  // 층으로 된 모델
  sameName: '두 노드 가운데 하나의 `name`을 바꾸세요.',
  sharedNothing:
    '= 뒤에 모델 안의 다른 층 이름을 쓰거나, 자기 가중치를 가지게 = 없는 이름을 쓰세요.',
  sharedKind: '같은 종류의 노드 둘을 쓰거나, 자기 가중치를 가지게 = 없는 이름을 쓰세요.',
  sharedShape:
    '두 노드의 설정과 입력 채널을 같게 하거나, 자기 가중치를 가지게 = 없는 이름을 쓰세요.',
  otherCondition: '둘 다 같은 ConditionInput을 쓰거나, 설정을 같게 하세요.',
  otherInput: 'ModelInput을 하나만 쓰거나, 모두 같은 모양으로 정하세요.',
  noInput: 'ModelInput의 x를 첫 층에 연결하세요.',
  otherOutput:
    '채널은 마지막 Conv나 Linear의 `out`으로 맞추고, Downsample마다 Upsample을 하나씩 쓰세요.',
  otherVarianceOutput:
    '마지막 Conv나 Linear의 `out`을 두 배로 하거나, learned_variance를 none으로 정하세요.',
  labelTables: '모든 LabelEmbedding과 TokenEmbedding의 num_classes를 같은 수로 정하세요.',
  origin: '`origin`을 비우세요. 그러면 층이 자기 가중치로 시작합니다.',
  tooLarge: '가장 큰 층들의 채널 수를 줄이세요.',

  // 파일
  format: '이 버전으로 모델을 다시 저장하세요.',
  layerList: '이 버전으로 모델을 다시 저장하세요.',
  predictLayer: '이 버전으로 모델을 다시 저장하세요.',
  dropouts: '이 버전으로 모델을 다시 저장하세요.',
  layer: '이 버전으로 모델을 다시 저장하세요.',
}

export const koLayerNodes: SameKeys<typeof layerNodeMessages> = {
  name: '영문자, 숫자, _와 그 사이의 점 하나로 된 이름이어야 하는데 "{got}"입니다.',
  writeName: 'conv_in이나 down.0.conv 같은 이름을 쓰세요.',
  shape: '1부터 {most}까지의 크기 1~3개여야 하는데 "{got}"입니다.',
  writeShape: '높이, 너비, 채널이 28, 28, 1인 이미지는 28, 28, 1로, 평면의 점은 2로 쓰세요.',
  writeSizes: '4, 4, 16처럼 크기를 쓰세요.',
  noX: '추가 채널의 크기를 정하는 ModelInput의 x여야 하는데 연결되지 않았습니다.',
  otherX: '추가 채널의 크기를 정하는 ModelInput의 x여야 하는데 다른 층입니다.',
  connectX: 'ModelInput의 x를 `x`에 연결하세요.',
  fewChannels: 'freq_shift가 {shift}이면 채널이 {least}개 이상이어야 하는데 {got}개입니다.',
  evenChannels: '채널은 절반이 사인, 절반이 코사인이라 짝수여야 하는데 {got}개입니다.',
  raise: '{least} 이상으로 정하세요.',
  pixelCount:
    '{height} x {width} 이미지에는 수가 {pixels}의 배수만큼 있어야 하는데, 모양이 [{shape}]입니다.',
  fitPixels: '높이와 너비의 곱이 {count}을(를) 나누어떨어지게 정하세요.',
  noClasses: '클래스 레이블이 있는 데이터 세트여야 하는데 없습니다.',
  zeroDivisor: '나누는 수는 0이 아니어야 하는데 0입니다.',
  otherDivisor: '특징을 그대로 두려면 1로 정하세요.',
  notOpened: 'UNet이나 MLP처럼 층으로 된 모델이어야 하는데 {kind} 종류의 모델입니다.',
  openOther: '그 신경망을 만드는 노드를 안의 노드로 바꾸세요.',
  unknownShapes: '입력의 모양을 알아야 하는데 `{slot}`의 모양을 알 수 없습니다.',
  connectFirst: '`{slot}`을(를) 오류 없이 ModelInput까지 이어지는 층에 연결하세요.',
  connectClasses: '레이블이 있는 데이터 세트를 연결하거나, num_classes로 정하세요.',
}
