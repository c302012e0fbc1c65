// 엔진의 워커, 장치, 저장소에서 나오는 말.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { hostMessages } from '../../../../nodes/messages/host.ts'

export const koHost: SameKeys<typeof hostMessages> = {
  // 워커
  closed: '엔진과의 연결이 닫혔습니다.',
  workerNotLoaded:
    "엔진 워커의 스크립트를 불러오지 못했습니다. 페이지를 새로 고치세요. 그래도 같으면 서버가 이 파일을 보내는지, 페이지의 콘텐츠 보안 정책이 worker-src 'self'를 허용하는지 확인하세요.",
  workerFailed: '엔진 워커가 멈추었습니다: {problem}.',
  notLoaded: '엔진을 불러오지 못했습니다: {problem}.',
  checkParams: '이 노드의 파라미터를 확인하세요.',

  // 엔진의 고장
  tryAnother: '다른 브라우저나 다른 백엔드를 써 보세요.',
  hung: '엔진이 {seconds}초 동안 응답하지 않았습니다.',
  ended: '브라우저가 엔진을 종료했습니다.',
  outOfMemory: '엔진의 메모리가 부족합니다: {problem~}.',
  deviceLost: 'GPU 장치를 잃었습니다.',
  deviceLostBecause: 'GPU 장치를 잃었습니다({reason~}).',
  resumes: '엔진을 다시 시작했고, 실행은 마지막으로 저장한 상태에서 이어집니다.',
  restarts: '엔진을 다시 시작했습니다.',
  reload: '페이지를 새로 고쳐 엔진을 다시 시작하세요.',
  failedOn: '{backend} 백엔드에서 실행이 이 노드를 넘지 못하고 {times}번 연달아 실패했습니다.',
  failedTimes: '실행이 이 노드를 넘지 못하고 {times}번 연달아 실패했습니다.',
  hungCure:
    'batch_size를 낮추거나 모델을 작게 하여 한 단계의 시간을 줄이거나, 상태 표시줄에서 더 빠른 백엔드를 고르세요.',
  crashedCure: '상태 표시줄에서 다른 백엔드를 고르거나 페이지를 새로 고치세요.',
  memoryCure:
    'batch_size를 낮추거나, 모델이나 이미지를 작게 하거나, 상태 표시줄에서 다른 백엔드를 고르세요.',
  deviceCure:
    'batch_size를 낮추거나, GPU를 쓰는 다른 페이지를 닫거나, 상태 표시줄에서 wasm을 고르세요.',
  stateKept: '학습의 마지막으로 저장한 상태는 그대로입니다. 실행하면 거기에서 이어 갑니다.',

  // 저장소
  noStorage:
    '이 브라우저는 여기에 아무것도 저장하지 않습니다({problem}). 페이지를 닫으면 학습, 체크포인트, 데이터 세트가 사라집니다.',
  storageSilent:
    '브라우저 저장소가 응답하지 않습니다. 실행은 되지만, 저장소가 응답하지 않으면 페이지를 닫을 때 학습, 체크포인트, 데이터 세트가 사라집니다. 이 페이지의 다른 탭을 닫거나 브라우저를 다시 시작하고, 필요한 것은 다운로드하세요.',
  storageAnswers: '브라우저 저장소가 다시 응답합니다. 그동안의 것을 모두 저장했습니다.',
  untilRoom: '공간이 생길 때까지 학습은 페이지가 열려 있는 동안만 남습니다.',
  overBudget: '저장하는 학습은 {budget} MiB까지인데 {size} MiB입니다.',
  full: '브라우저 저장 공간이 가득 차 {size} MiB를 저장하지 못했습니다.',
  tooLarge:
    '이 창은 {size} MiB를 한 번에 저장할 수 없습니다. 시크릿 창에는 이런 제한이 있으니(Chrome은 127 MiB) 일반 창에서 편집기를 열거나, 체크포인트를 저장해 내려받으세요.',
  freeSpace:
    '전에 저장한 것은 그대로입니다. 이제 쓰지 않는 체크포인트, 데이터 세트, 워크플로를 삭제하거나(편집기의 “저장 공간과 백업”) 디스크의 공간을 늘리세요.',
  importCancelled: '가져오기를 취소했습니다.',
  noCanvas: '이 브라우저는 워커에서 그릴 수 없습니다. 더 새로운 브라우저를 쓰세요.',
}
