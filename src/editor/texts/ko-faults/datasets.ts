// src/engine/datasets: 데이터 세트를 읽고 만들며 하는 말.
export const datasets = {
  // file.ts
  'The file holds {0}; a data set holds images and labels.':
    '파일에 {0}이(가) 있습니다. 데이터 세트에는 images와 labels가 있습니다.',
  'There are values above {0}, which is white.': '하양인 {0}보다 큰 값이 있습니다.',
  'The file holds no images.': '파일에 images가 없습니다.',
  'The images are not bytes (U8).': '이미지가 바이트(U8)가 아닙니다.',
  'The images have shape [{0}]; expected is [n, h, w, c], c being 1 or 3.':
    '이미지의 모양은 [n, h, w, c], c는 1이나 3이어야 하는데 [{0}]입니다.',
  'There is no image in it.': '안에 이미지가 없습니다.',
  'The images are {0} x {1}; expected are 1 to {2} pixels a side.': '이미지의 한 변은 1~{2}픽셀이어야 하는데 {0} x {1}입니다.',
  'The images have {0} values, more than {1}.': '이미지의 값이 {0}개로, {1}개보다 많습니다.',
  'White is said to be {0}, not 1 to 255.': '하양은 1~255여야 하는데 {0}입니다.',
  'The labels are not whole numbers (I32 or I64).': '레이블이 정수(I32 또는 I64)가 아닙니다.',
  'The labels have shape [{0}]; expected is one an image, [{1}].': '레이블은 이미지마다 하나([{1}])여야 하는데 [{0}]입니다.',
  'The labels go from {0} to {1}; expected are 0 to {2}.': '레이블은 0부터 {2}까지여야 하는데 {0}부터 {1}까지입니다.',
  'The names of the classes are not JSON.': '클래스 이름이 JSON이 아닙니다.',
  'The names of the classes are not a list of texts.': '클래스 이름이 텍스트의 목록이 아닙니다.',

  // idx.ts, mnist.ts
  'The file is not an idx file of bytes with {0} axes.': '축이 {0}개인 바이트 idx 파일이 아닙니다.',
  'An array of shape [{0}] takes {1} bytes, but there are {2}.': '[{0}] 모양의 배열은 {1}바이트여야 하는데 {2}바이트입니다.',
  'There are {0} images, but {1} labels.': '이미지는 {0}장인데 레이블은 {1}개입니다.',
  'There are labels above 9.': '9보다 큰 레이블이 있습니다.',
  'The images are {0} x {1}, larger than {2} x {3}.': '이미지가 {0} x {1}이라(라) {2} x {3}보다 큽니다.',

  // import.ts, zip.ts
  'Images can be 1 to {0} pixels a side, not {1} x {2}.': '이미지의 한 변은 1~{0}픽셀이어야 합니다. {1} x {2}은(는) 안 됩니다.',
  'Images have 1 or 3 channels, not {0}.': '이미지의 채널은 1이나 3이어야 합니다. {0}은(는) 안 됩니다.',
  'A position is two numbers from 0 to 1, not {0}.': '위치는 0부터 1까지의 두 수여야 합니다. {0}은(는) 안 됩니다.',
  '{0} images of {1} x {2} x {3} are {4} million numbers; {5} million are the most. Make them smaller, or take fewer.':
    '{1} x {2} x {3} 이미지 {0}장은 수가 {4}백만 개입니다. {5}백만 개까지 담을 수 있습니다. 이미지를 줄이거나 더 적게 고르세요.',
  'And {0} more.': '그 밖에 {0}개 더 있습니다.',
  'These are more than {0} files. Take fewer.': '파일이 {0}개보다 많습니다. 더 적게 고르세요.',
  'No image is in a folder, so there are no classes. Put the images of each class into a folder of its own, or import without classes.':
    '폴더에 든 이미지가 없어 클래스가 없습니다. 클래스마다 이미지를 제 폴더에 넣거나, 클래스 없이 가져오세요.',
  'it is larger than 256 MiB': '256 MiB보다 큽니다',
  'it is larger than 2 GiB': '2 GiB보다 큽니다',
  'it is not a ZIP, or is damaged': 'ZIP이 아니거나 손상되었습니다',
  'it cannot be read': '읽을 수 없습니다',
  'it is a HEIC photograph, which browsers cannot read: export it as JPEG':
    '브라우저가 읽을 수 없는 HEIC 사진입니다. JPEG로 내보내세요',
  'it is no image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF)':
    '아는 종류의 이미지(PNG, JPEG, WebP, GIF, BMP, AVIF)가 아닙니다',
  'it has {0} x {1} pixels, more than 100 million': '{0} x {1}픽셀로 1억 픽셀이 넘습니다',
  'it is broken, or no {0} that can be read here': '손상되었거나, 여기서 읽을 수 있는 {0}이(가) 아닙니다',
  'it is beside the folders of the classes, in none of them': '클래스 폴더 밖에 있습니다',
  'It has no pixels.': '픽셀이 없습니다.',
  'It is not in the ZIP.': 'ZIP 안에 없습니다.',
  'The import was cancelled.': '가져오기를 그만두었습니다.',
  'This browser cannot draw in a worker. Take a newer one.':
    '이 브라우저는 워커에서 그릴 수 없습니다. 더 새로운 브라우저를 쓰세요.',
}
