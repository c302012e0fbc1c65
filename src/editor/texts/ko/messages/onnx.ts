// ONNX로 내보내며 나오는 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { onnxMessages } from '../../../../engine/messages/onnx.ts'

export const koOnnx: SameKeys<typeof onnxMessages> = {
  gradient:
    'ONNX로 나타낼 수 있는 모델이어야 하는데, 분류기를 미분하는 “{kind}” 종류의 모델입니다.',
  exportParts: '디노이저와 분류기를 따로 내보내고, 직접 만든 루프에서 가이던스를 적용하세요.',
  ownCode:
    'ONNX로 나타낼 수 있는 모델이어야 하는데, JavaScript로 스스로 계산하는 “{kind}” 종류의 모델입니다.',
  defineLayers: 'defineModel에서 그 종류를 `layers`로 정의하거나, 다른 모델을 내보내세요.',
  unknownKind: '아는 종류의 모델이어야 하는데 “{kind}” 종류입니다.',
  registerKind: '그 종류를 정의한 곳에서 내보내거나, 그 정의를 --nodes 모듈로 넘기세요.',
  noNull:
    '레이블이나 토큰이 없는 예측에서 멀어지는 가이던스여야 하는데, 모델의 조건에 “없음”을 뜻하는 값이 없습니다.',
  exportInner: '가이던스 안의 모델을 내보내세요.',
  inputShapes: '안에 든 모델들의 입력 {name}이(가) 같아야 하는데 [{first}]과(와) [{second}]입니다.',
  tooLarge: 'ONNX 파일은 형식의 한계인 2 GB까지인데 {size} GB입니다.',
  smaller: '신경망의 채널이나 층을 줄이거나, 대신 체크포인트로 저장하세요.',
  imageSize: '높이와 너비가 {multiple}의 배수인 이미지여야 하는데 {size}입니다.',
  oneSize: '이 모델은 이미지 크기가 정해져 있어 따로 정할 수 없는데 {size}입니다.',
  leaveSize: '--size를 빼세요.',
  chooseSize: '다른 --size를 고르세요.',
}
