// 데이터 세트의 파일과, 가져오는 이미지의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { datasetMessages } from '../../../../engine/messages/datasets.ts'

export const koDatasets: SameKeys<typeof datasetMessages> = {
  // 파일
  extra: '파일에 images와 labels만 있어야 하는데 {names}도 있습니다.',
  aboveWhite: '값은 흰색인 {white} 이하여야 하는데 더 큰 값이 있습니다.',
  noImages: '파일에 images가 없습니다.',
  pointsForImages:
    '이미지의 데이터 세트여야 하는데 점의 데이터 세트입니다. StoredPoints에서 고르세요.',
  imagesForPoints: '점의 데이터 세트여야 하는데 이미지의 데이터 세트입니다. Images에서 고르세요.',
  extraInPoints: '파일에 points와 labels만 있어야 하는데 {names}도 있습니다.',
  pointShape: '점은 [n, dim] 모양의 유한한 수(F32)이고 dim은 1~{most}여야 하는데 [{shape}]입니다.',
  pointNumber: '유한한 수여야 하는데 {point}번째 점에 {value}이(가) 있습니다.',
  imageType: '이미지는 바이트(U8)여야 하는데 다른 형식입니다.',
  imageShape: '이미지의 모양은 [n, h, w, c], c는 1이나 3이어야 하는데 [{shape}]입니다.',
  empty: '이미지가 하나는 있어야 하는데 없습니다.',
  sides: '이미지의 한 변은 1~{most}픽셀이어야 하는데 {width} x {height}입니다.',
  tooManyValues: '모든 이미지의 값은 {most}개까지인데 {count}개입니다.',
  white: '흰색은 1~255여야 하는데 {value}입니다.',
  labelType: '레이블은 정수(I32 또는 I64)여야 하는데 다른 형식입니다.',
  labelShape: '레이블은 항목마다 하나([{count}])여야 하는데 [{shape}]입니다.',
  labelRange: '레이블은 0부터 {last}까지여야 하는데 {least}부터 {greatest}까지입니다.',
  namesNotJson: '클래스 이름이 JSON이 아닙니다.',
  namesNotTexts: '클래스 이름이 텍스트의 목록이 아닙니다.',
  captionsNotJson: '캡션이 JSON이 아닙니다.',
  captionList: '캡션은 이미지 {count}장마다 {most}자 이하의 텍스트 하나인 목록이어야 합니다.',

  // MNIST
  notIdx: '축이 {rank}개인 바이트 idx 파일이어야 하는데 다른 파일입니다.',
  idxSize: '[{shape}] 모양의 배열은 {expected}바이트여야 하는데 {got}바이트입니다.',
  labelCount: '레이블은 이미지마다 하나씩 {images}개여야 하는데 {labels}개입니다.',
  digitRange: '레이블은 0부터 9까지여야 하는데 더 큰 것이 있습니다.',
  digitSize: '이미지는 {most} x {most} 이하여야 하는데 {width} x {height}입니다.',

  // 가져오기
  importSize: '데이터 세트의 한 변은 1~{most}픽셀이어야 하는데 {width} x {height}입니다.',
  importChannels: '채널은 1개나 3개여야 하는데 {channels}개입니다.',
  cropPosition: '위치는 0부터 1까지의 두 수여야 하는데 {position}입니다.',
  importValues:
    '모든 이미지의 수는 {most}백만 개까지인데 {millions}백만 개입니다({width} x {height} x {channels} 이미지 {count}장). ' +
    '이미지를 줄이거나 더 적게 고르세요.',
  andMore: '그 밖에 {count}개 더 있습니다.',
  tooManyFiles: '파일은 {most}개까지인데 더 많습니다. 더 적게 고르세요.',
  noFolders:
    '이미지가 클래스마다 폴더 하나에 있어야 하는데 없습니다. 클래스마다 폴더에 넣거나, 클래스 없이 가져오세요.',
  zipTooLarge: '2 GiB보다 큽니다',
  notAZip: 'ZIP이 아니거나 손상되었습니다',
  imageTooLarge: '256 MiB보다 큽니다',
  unreadable: '읽을 수 없습니다',
  damagedInZip: 'ZIP 안에서 손상되었습니다. 크기나 CRC-32가 맞지 않습니다',
  heic: '브라우저가 읽을 수 없는 HEIC 사진입니다. JPEG로 내보내세요',
  tooManyPixels: '{width} x {height}픽셀로 1억 픽셀이 넘습니다',
  broken: '손상되었거나, 여기서 읽을 수 있는 {format}이(가) 아닙니다',
  notAnImage: '아는 종류의 이미지(PNG, JPEG, WebP, GIF, BMP, AVIF)가 아닙니다',
  captionColumns: '첫 줄에 file과 caption 열이 없습니다',
  captionCells:
    '{line}번째 줄의 칸은 {expected}개여야 하는데 {got}개입니다. 쉼표가 있는 텍스트는 따옴표로 묶으세요',
  captionQuote: '{line}번째 줄의 따옴표가 닫히지 않았습니다',
  captionsTooLong: '8 MiB보다 큽니다',
  captionsWithoutImages: '{count}개 줄이 가져오는 이미지가 아닌 {file} 등을 가리킵니다',
  outsideFolders: '클래스 폴더 밖에 있습니다',
  noPixels: '픽셀이 없습니다.',
}
