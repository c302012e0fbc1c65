// 입력이 맞지 않는 층의 오류와 해결법.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { layerMessages } from '../../../../engine/messages/layers.ts'
import type { layerCures } from '../../../../nodes/messages/layerCures.ts'

export const koLayers: Translation<typeof layerMessages> = {
  // 입력
  image: '{argument}에는 이미지 [h, w, c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  tokens: '{argument}에는 토큰 [n, c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  vector: '{argument}에는 벡터 [c]가 와야 하는데, 특징의 모양이 [{shape}]입니다.',
  embedTimes: '{argument}에는 특징이 와야 하는데, 모양이 없는 시간입니다.',
  embedLabels: '{argument}에는 특징이 와야 하는데, 아직 특징이 아닌 레이블입니다.',
  times: '{argument}에는 시간이 와야 하는데, 모양이 [{shape}]인 특징입니다.',
  timesNotLabels: '{argument}에는 시간이 와야 하는데 레이블입니다.',
  labels: '{argument}에는 레이블이 와야 하는데, 모양이 [{shape}]인 특징입니다.',
  labelsNotTimes: '{argument}에는 레이블이 와야 하는데 시간입니다.',

  // 모양
  sameShape:
    '{argument}의 모양은 [{expected}], 또는 모든 픽셀에 쓰는 [{channels}]이어야 하는데 [{shape}]입니다.',
  joined: '{argument}의 모양은 첫째처럼 [{expected}, 아무 수]여야 하는데 [{shape}]입니다.',
  perChannel: '{argument}의 모양은 채널마다 수 하나인 [{expected}]이어야 하는데 [{shape}]입니다.',
  divides: '{argument}이(가) 채널 {channels}개를 나누어야 하는데 {value}입니다.',
  divideSize: '{argument}이(가) [{shape}]의 높이와 너비를 나누어야 하는데 {value}입니다.',
  smallImage:
    '{argument}의 이미지는 여백을 더해 {kernel} x {kernel} 이상이어야 하는데 [{shape}]입니다.',
  stride: 'stride는 1이나 2, 또는 여백이 없을 때의 kernel이어야 하는데 {value}입니다.',
  tokenCount: '{height} x {width} 이미지에는 토큰 {expected}개가 있어야 하는데 {count}개입니다.',
  elementCount: '모양 [{to}]에는 수 {expected}개가 있어야 하는데 [{shape}]에는 {count}개입니다.',
  quarters: '{argument}의 채널은 4의 배수여야 하는데 모양이 [{shape}]입니다.',
  unknownCount: '{argument}의 토큰 수를 미리 알아야 하는데 모양이 [{shape}]입니다.',
  widths: '{argument}의 너비는 질의와 같은 {expected}이어야 하는데 모양이 [{shape}]입니다.',
  keysAndValues: '값은 키와 같은 [{expected}]개여야 하는데 모양이 [{shape}]입니다.',

  // 층으로 된 모델
  sameName: '가중치가 있는 층의 이름은 서로 달라야 하는데 {name}이(가) 둘입니다.',
  otherInput: '모델의 입력은 하나여야 하는데 모양이 [{first}], [{second}]인 둘이 있습니다.',
  noInput: 'ModelInput의 x에 따라 달라지는 특징이어야 하는데 그렇지 않습니다.',
  otherOutput: '특징의 모양은 모델의 입력처럼 [{expected}]이어야 하는데 [{shape}]입니다.',
  labelTables: '레이블 임베딩의 클래스 수는 모두 같아야 하는데 {first}, {second}입니다.',
  origin: '펼치기가 쓴 닫힌 모델의 설정이거나 비어 있어야 하는데 {got}입니다.',
  tooLarge: '파라미터는 {most}백만 개 이하여야 하는데 {count}백만 개입니다.',

  // 파일
  format: '모델의 층은 형식 1이어야 하는데 {got}입니다.',
  layer: '모델의 층 {index}이(가) 올바라야 하는데 {got}입니다.',
}

export const koLayerCures: Translation<typeof layerCures> = {
  // 입력
  image: '이미지를 연결하거나, Unflatten으로 토큰이나 벡터를 이미지로 바꾸세요.',
  tokens: 'Patchify나 Flatten의 토큰 같은 것을 연결하세요.',
  vector: '임베딩 같은 벡터나, 벡터를 받은 Linear의 출력을 연결하세요.',
  embedTimes: '그 사이에 TimeEmbedding을 두세요.',
  embedLabels: '그 사이에 LabelEmbedding이나 TokenEmbedding을 두세요.',
  times: 'ModelInput의 t를 연결하세요.',
  timesNotLabels: 'ModelInput의 t를 연결하거나 LabelEmbedding을 쓰세요.',
  labels: 'ConditionInput의 레이블을 연결하세요.',
  labelsNotTimes: 'ConditionInput의 레이블을 연결하거나 TimeEmbedding을 쓰세요.',

  // 모양
  sameShape:
    '둘의 모양을 같게 하세요. 채널은 Conv나 Linear가, 크기는 Upsample과 Downsample이 정합니다.',
  joined: 'Upsample이나 Downsample로 크기를 모두 같게 하세요. 채널은 달라도 됩니다.',
  perChannel: '`out`이 {expected}인 Linear를 연결하세요.',
  divides: '{channels}의 약수를 고르거나, 앞 층의 채널 수를 바꾸세요.',
  divideSize: '높이와 너비의 약수를 고르세요.',
  smallImage: '`kernel`을 줄이거나 `padding`을 늘리거나, 앞의 Downsample을 하나 빼세요.',
  stride:
    '`stride`를 1이나 2로 하세요. 패치로 나누려면 `kernel`과 같게 하고 `padding`을 0으로 하세요.',
  tokenCount: '높이와 너비를 토큰이 나온 이미지의 것으로 하세요.',
  elementCount: '수가 모두 {count}개인 모양을 고르세요.',
  quarters: '그 앞에 `out`이 4의 배수인 Linear를 두세요.',
  unknownCount: '수가 정해진, 이미지의 토큰을 연결하세요.',
  widths: '그 앞에 `out`이 {expected}인 Linear를 두세요.',
  keysAndValues: '키와 값을 같은 토큰에서 가져오세요.',

  // 층으로 된 모델
  sameName: '둘 가운데 하나의 이름을 바꾸세요.',
  otherInput: 'ModelInput을 하나만 쓰거나, 둘의 모양을 같게 하세요.',
  noInput: 'ModelInput의 x를 첫 층에 연결하세요.',
  otherOutput: '앞에 마지막 Conv나 Linear를 두고 `out`을 입력의 채널 수로 하세요.',
  labelTables: '모든 LabelEmbedding의 num_classes를 같은 수로 하세요.',
  origin: '`origin`을 비우세요. 그러면 층이 자기 가중치로 시작합니다.',
  tooLarge: '가장 큰 층들의 채널 수를 줄이세요.',

  // 파일
  format: '이 버전으로 모델을 다시 저장하세요.',
  layer: '이 버전으로 모델을 다시 저장하세요.',
}
