// 엔진의 워커, 장치, 저장소에서 나오는 말.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { hostMessages } from '../../../../nodes/messages/host.ts'

export const koHost: Translation<typeof hostMessages> = {
  // 워커
  closed: '엔진과의 연결이 닫혔습니다.',
  workerNotLoaded: '엔진 워커의 스크립트를 불러오지 못했습니다.',
  workerFailed: '엔진 워커가 멈추었습니다: {problem}.',
  notLoaded: '엔진을 불러오지 못했습니다: {problem}.',
  checkParams: '이 노드의 파라미터를 확인하세요.',

  // 장치
  tryAnother: '다른 브라우저나 다른 백엔드를 써 보세요.',
  deviceLost: 'GPU 장치를 잃었습니다.',
  deviceLostBecause: 'GPU 장치를 잃었습니다({reason~}).',
  restarting: '다시 시작하는 중입니다. 실행을 누르면 마지막으로 저장한 상태에서 이어 갑니다.',

  // 저장소
  noStorage:
    '이 브라우저는 여기에 아무것도 저장하지 않습니다({problem}). 페이지를 닫으면 학습, 체크포인트, 데이터 세트가 사라집니다.',
  untilRoom: '공간이 생길 때까지 학습은 페이지가 열려 있는 동안만 남습니다.',
  overBudget: '저장하는 학습은 {budget} MiB까지인데 {size} MiB입니다.',
  full: '브라우저 저장 공간이 가득 차 {size} MiB를 저장하지 못했습니다.',
  freeSpace:
    '전에 저장한 것은 그대로입니다. 이제 쓰지 않는 체크포인트, 데이터 세트, 워크플로를 삭제하거나 디스크의 공간을 늘리세요.',
  importCancelled: '가져오기를 취소했습니다.',
  noCanvas: '이 브라우저는 워커에서 그릴 수 없습니다. 더 새로운 브라우저를 쓰세요.',
}
