// 분류 data(데이터)의 노드가 자신에 대해 하는 말.
export const data = {
  // Batch
  'Takes some items out of a data set, as one batch: real pictures to noise, to denoise, or to hold samples against.':
    '데이터 세트에서 항목 몇 개를 한 배치로 꺼냅니다. 노이즈를 더하거나, 노이즈를 걷어 내거나, 샘플과 견줄 진짜 이미지입니다.',
  'where to take them from': '꺼내 올 곳',
  'the items': '꺼낸 항목',
  'their classes; -1, no label, if the data has none': '항목의 클래스. 데이터에 없으면 -1, 곧 레이블 없음',
  'how many; no more than there are': '몇 개인지. 있는 것보다 많지는 않습니다',
  'the number of the first one': '첫 항목의 번호',
  'in random order; each item comes once': '순서를 섞습니다. 항목은 저마다 한 번씩 나옵니다',
  'of the order, if shuffled': '섞을 때의 순서',

  // DepthToSpace
  'Turns the channels of each pixel back into a square of pixels: the inverse of SpaceToDepth.':
    '픽셀의 채널을 다시 정사각형의 픽셀로 펼칩니다. SpaceToDepth의 반대입니다.',
  '[b, h, w, s s c], from SpaceToDepth or a model that works on such':
    '[b, h, w, s s c], SpaceToDepth나 그런 것을 다루는 모델에서',
  'images [b, h s, w s, c]': '이미지 [b, h s, w s, c]',
  's: the side of a square, in pixels': 's: 정사각형 한 변의 픽셀 수',

  // Digits
  'Handwritten digits of 8 x 8 grey pixels with their classes, 0 to 9: small enough to train on in minutes.':
    '8 x 8 회색조 손글씨 숫자와 그 클래스 0~9입니다. 작아서 몇 분이면 학습합니다.',
  'images [n, 8, 8, 1] in [-1, 1], ten classes': '[-1, 1]의 이미지 [n, 8, 8, 1], 클래스 열 개',
  '1400 to learn from, the other 397 to compare with, or all 1797': '학습할 1400개, 견줄 나머지 397개, 또는 1797개 모두',

  // Images
  'A data set of your own images, all of one size; each folder of them can be a class.':
    '크기가 모두 같은 내 이미지의 데이터 세트입니다. 폴더마다 클래스로 삼을 수 있습니다.',
  'images [n, h, w, c] in [-1, 1], c being 1 or 3; classes if the folders were taken as such':
    '[-1, 1]의 이미지 [n, h, w, c], c는 1이나 3. 폴더를 클래스로 삼았다면 클래스도',
  'made of images that were dropped on the page, or by `litegraph-diffusion import`':
    '페이지에 놓은 이미지나 `litegraph-diffusion import`로 만든 것',
  'grey makes one channel of red, green and blue (luma, ITU-R BT.601)':
    'grey는 빨강, 초록, 파랑을 한 채널로 합칩니다(luma, ITU-R BT.601)',

  // LabelDropout
  'Replaces labels by "no label" at random, so that the model also learns to do without: guidance needs both.':
    '레이블을 무작위로 "레이블 없음"으로 바꾸어, 모델이 레이블 없이도 하는 법을 배우게 합니다. 가이던스에는 둘 다 필요합니다.',
  'one an item, or tokens, of which an item loses all or none':
    '항목마다 하나, 또는 토큰. 토큰은 한 항목의 것을 모두 잃거나 하나도 잃지 않습니다',
  'the same, some of them -1: no label; tokens become zeros': '같은 레이블이되 몇몇은 -1, 곧 레이블 없음. 토큰은 0이 됩니다',
  'that a label is forgotten': '레이블을 잊을 확률',

  // Labels
  'Gives every item of a batch a class: one class for all, or all classes in turn.':
    '배치의 항목마다 클래스를 줍니다. 모두 한 클래스로, 또는 모든 클래스를 차례로.',
  'one label for each item of this batch': '이 배치의 항목마다 레이블 하나',
  'its number of classes, for all in turn': '모든 클래스를 차례로 줄 때의 클래스 수',
  'one an item': '항목마다 하나',
  'the class; -1: all classes in turn': '클래스. -1이면 모든 클래스를 차례로',
  'how many classes there are, where no dataset is wired': 'dataset을 연결하지 않을 때 클래스의 수',
  'how many labels, where `like` is not wired': '`like`를 연결하지 않을 때 레이블의 수',

  // MNIST
  'The best-known handwritten digits, 28 x 28 grey pixels with their classes: 60,000 to learn from, 10,000 to compare with.':
    '가장 널리 알려진 손글씨 숫자로, 28 x 28 회색조와 클래스가 있습니다. 학습할 60,000개와 견줄 10,000개입니다.',
  'images [n, 28, 28, 1] or [n, 32, 32, 1] in [-1, 1], ten classes':
    '[-1, 1]의 이미지 [n, 28, 28, 1] 또는 [n, 32, 32, 1], 클래스 열 개',
  '60,000 to learn from, or the other 10,000 to compare with': '학습할 60,000개, 또는 견줄 나머지 10,000개',
  'take only the first so many; 0: all': '앞에서부터 이만큼만. 0이면 모두',
  'side in pixels; 32 adds a black border, so that the side can be halved five times':
    '한 변의 픽셀 수. 32는 검은 테두리를 둘러 변을 다섯 번 반으로 나눌 수 있게 합니다',

  // Mosaic
  'Puts pictures of a batch together, so many as one, and their labels to a row: a picture of several things.':
    '배치의 이미지를 여러 장씩 한 장으로 붙이고, 레이블도 한 줄로 잇습니다. 여러 가지가 든 이미지가 됩니다.',
  'one a picture; unwired: none': '이미지마다 하나. 연결하지 않으면 없음',
  '[b / (rows columns), rows h, columns w, c], filled row by row': '[b / (rows columns), rows h, columns w, c], 한 줄씩 채움',
  'the labels of the pictures in each, as LabelTokens gives them': '한 장에 든 이미지들의 레이블, LabelTokens가 주는 모양으로',
  'pictures from top to bottom': '위에서 아래로 놓는 이미지 수',
  'pictures from left to right': '왼쪽에서 오른쪽으로 놓는 이미지 수',

  // Points
  'Makes a data set of points in the plane: a well-known shape, or one drawn by hand.':
    '평면의 점으로 데이터 세트를 만듭니다. 잘 알려진 모양이나 직접 그린 모양입니다.',
  'all points, and their classes if the shape has some (two moons, two spiral arms, eight Gaussians)':
    '모든 점. 모양에 클래스가 있으면 클래스도(초승달 둘, 나선 팔 둘, 가우스 분포 여덟)',
  'all points as one batch': '모든 점을 한 배치로',
  'the shape; standard deviation 1 over both axes together, except what is drawn':
    '모양. 직접 그린 것 말고는 두 축을 합쳐 표준 편차가 1입니다',
  'how many points': '점의 수',
  'standard deviation of what is added to each point': '점마다 더하는 노이즈의 표준 편차',
  'for `drawn`: points are taken from these at random': '`drawn`일 때: 이 점들에서 무작위로 뽑습니다',

  // SpaceToDepth
  'Turns each square of pixels into the channels of one: a model on smaller pictures is faster, and nothing is lost.':
    '픽셀의 정사각형을 픽셀 하나의 채널로 접습니다. 작은 이미지를 다루는 모델은 더 빠르고, 잃는 것은 없습니다.',
  'images [b, h, w, c]': '이미지 [b, h, w, c]',
  '[b, h / s, w / s, s s c]; DepthToSpace turns them back': '[b, h / s, w / s, s s c]. DepthToSpace가 되돌립니다',
}
