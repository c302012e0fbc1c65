// PyTorch로 내보낼 수 없는 이유.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { torchMessages } from '../../../../nodes/messages/torch.ts'

export const koTorch: SameKeys<typeof torchMessages> = {
  refused: '{title}: PyTorch로 내보낼 수 없습니다. {reason~}',
  refusedCure: '삭제하거나 우회하거나, 그래프를 여기서 실행하세요.',

  unsupported: '아직 이 노드의 Python 코드가 없습니다.',
  own: '다른 패키지의 노드입니다.',
  tokens: '단어와 토큰의 모델은 내보내지 않습니다.',
  likelihood: '가능도는 내보내지 않습니다.',
  wiredParam: '파라미터 {name}이(가) 실행 전에 정해지지 않은 값에 연결되어 있습니다.',
  loop: '아직 이 루프의 Python 코드가 없습니다.',
  periodic: '루프 중에 파일을 저장합니다.',
  notWritten: '입력 {slot}의 Python 코드가 없습니다.',
  notKnown: '입력 {slot}의 값은 실행 전에 정해져 있어야 합니다.',
  inTurn: '모델을 차례로 갱신하는 학습은 내보내지 않습니다.',
  trainingInput: '{slot}이(가) 연결된 학습은 내보내지 않습니다.',
  carriedValues: '값을 다음 스텝에 넘기는 학습은 내보내지 않습니다.',
  longTable: '베타 표에 수식이 없습니다.',
  density: '밀도 {density}은(는) 내보내지 않습니다.',
  churn: 's_churn은 0이어야 합니다.',
  rederive: '`rederive`가 켜져 있어야 합니다.',
  itemWeights: '항목별 가중치와 손실은 내보내지 않습니다.',
  loadTraining: '저장된 학습은 읽지 않습니다. 그 파일을 --resume으로 프로그램에 넘기세요.',
  saveUntrained: '그래프의 학습에서 나오지 않은 모델을 저장합니다.',
  mnistFiles: 'mnist/: MNIST의 파일 네 개(train-images-idx3-ubyte 등, 압축되었거나 풀린 것)',
}
