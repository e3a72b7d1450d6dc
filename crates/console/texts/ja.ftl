### 管理画面の文言

# 全体
brand = spapi コンソール
skip = 本文へ移動
made-up = お試しモード(架空のショップ)
language = 表示言語
details = 詳細(英語)
required = 必須
go-on = 次へ進む
save = 保存する
enter = ログイン
password = パスワード
pages = ページ
back-home = 接続の一覧に戻る

# 入口
closed = この画面を開くには、spapi console を起動したときに表示されるリンクを使ってください。リンクは一度しか使えません。期限が切れた場合は、spapi console を起動し直してください。
password-title = ログイン
password-wrong = パスワードが違います。
password-too-often = パスワードの間違いが続きました。1分ほど待ってから、もう一度お試しください。
refused-title = 受け付けられませんでした
refused-host = このアドレスでは開けません。spapi console の起動時に表示されたアドレスを使ってください。
refused-origin = ほかのサイトから送信された可能性があるため、受け付けませんでした。この画面を開き直して、もう一度お試しください。
refused-token = 画面の有効期限が切れています。画面を開き直して、もう一度お試しください。入力内容は保存されていません。
refused-length = 送信された内容が大きすぎます。
failed-title = エラー
missing-page = お探しのページは見つかりません。
missing-connection = この接続は見つかりません。設定ファイルが削除されたか、名前が変わった可能性があります。
broken-connection = この接続の設定ファイルに誤りがあり、読み込めません。ファイルを直してから、もう一度開いてください。
broken-folder = 設定ファイルの保存フォルダーを読み込めません。
not-saved = 保存できませんでした。設定は変更されていません。

# 一覧
connections = 接続の一覧
no-connections = 接続はまだありません。次の手順で、Amazonのデータを取り込めるようになります。
step-settings = 接続設定:アカウントと認証情報を登録します。
step-objects = オブジェクト選択:取り込むデータを選びます。
step-plan = 取得計画:いつからいつまでのデータを、何回に分けて取得するかを確認します。
step-run = 実行:取得を始めます。途中で止めても、続きから再開できます。
new-connection = 新しい接続を作成
folder = 設定ファイルの保存先:
objects-count = オブジェクト { $shown } 件

# タブ
tab-overview = データ
tab-plan = 取得計画
tab-run = 実行
tab-charts = グラフ
tab-objects = オブジェクト
tab-settings = 接続設定

# 接続設定
settings-about = Amazonセラーセントラル(またはベンダーセントラル)の情報を入力してください。「必須」の項目と認証情報があれば接続できます。
settings-required = 基本設定
settings-credentials = 認証情報
settings-optional = 任意の設定
credentials-not-needed = お試しモードでは、認証情報を入力しなくても架空のショップのデータを取得できます。
credentials-stored = 認証情報は登録済みです。変更する項目だけを入力してください。登録済みの値は画面に表示されません。
credentials-unreadable = 認証情報のファイルを読み込めません。3つの項目を入力し直してください。
credentials-elsewhere = 認証情報は環境変数などから読み込まれます。ここに3つの項目を入力すると、以後はそちらが使われます。
secret-kept = 入力済みです(安全のため表示しません)。変更する場合だけ入力してください。
to-objects = オブジェクト選択へ進む
back-to-settings = 接続設定に戻る
saved-settings = 接続設定を保存しました。

label-name = 接続名
help-name = 一覧で見分けるための名前です。ほかの接続と同じ名前は使えません。作成後は変更できません。
label-environment = AWS環境(AWS Environment)
help-environment = 通常は「本番」を選びます。
environment-production = 本番(PRODUCTION)
environment-sandbox = Amazonのサンドボックス(SANDBOX)
label-region = 地域(Region)
help-region = 出品しているマーケットプレイスの国です。
label-account = アカウントの種類(Account Type)
help-account = 出品者の方は「セラー」、Amazonに商品を卸している方は「ベンダー」です。
account-seller = セラー(Seller)
account-vendor = ベンダー(Vendor)
label-client-id = LWAクライアントID
help-client-id = 開発者コンソールで、登録したアプリの「LWA認証情報」を開くと表示されます。amzn1.application-oa2-client. で始まります。アプリIDとは別のものです。
label-client-secret = LWAクライアントシークレット
help-client-secret = 同じ「LWA認証情報」にある、クライアントIDと対になる値です。
label-refresh-token = リフレッシュトークン
help-refresh-token = アプリを認可すると発行される、Atzr| で始まる値です。お持ちでない場合は、下の「Amazonでサインイン」から取得できます。
label-app-id = アプリID(App ID)
help-app-id = amzn1.sp.solution. または amzn1.sellerapps. で始まる、アプリ自体のIDです。「Amazonでサインイン」を使うときに必要です。
label-zone = 日時のタイムゾーン
help-zone = 下の2つの日時をどの時刻で入力するかを選びます。保存するときに自動で協定世界時(UTC)に換算するので、時差を計算する必要はありません。
zone-shop = 現地時刻({ $country })
zone-utc = 協定世界時(UTC)
label-start = 取得開始日時(Start Date)
help-start = これより前のデータは取得しません。空欄の場合は2年前からです。例:2026-01-01、2026-01-01 09:00
label-end = 取得終了日時(End Date)
help-end = これ以降のデータは取得しません。常に最新まで取得する場合は空欄にします。
time-converted = UTC:{ $utc } / { $country }の時刻:{ $local }
label-period = 分割日数(Period In Days)
help-period = 長い期間を何日ごとに分けて取得するかを指定します(1~3660)。通常は 90 のままで問題ありません。オブジェクトごとの上限を超える場合は、自動的に上限の日数になります。
label-report-options = レポートオプション(Report Options)
help-report-options = 通常は空欄のままで問題ありません。1行に1つのレポートについて「レポート名 オプション名=値」の形で入力します。例:GET_LEDGER_SUMMARY_VIEW_DATA aggregatedByTimePeriod=DAILY
label-wait = リクエストの間隔を空ける(Wait between requests)
help-wait = レポートの作成を依頼する間隔を均等に空けます。チェックしなくても、Amazonの利用制限は必ず守られます。

# 入力の誤り
fault-mark = 入力エラー:
faults = 入力内容に { $shown } 件の誤りがあります。
fault-empty = 入力してください。
fault-choose = 一覧から選んでください。
fault-name = 63文字以内で入力してください。スラッシュや改行は使えません。
fault-name-taken = この接続名はすでに使われています。別の名前にしてください。
fault-client-id = クライアントIDの形式ではありません。amzn1.application-oa2-client. で始まる値を入力してください。
fault-client-id-is-app-id = アプリIDが入力されています。ここには amzn1.application-oa2-client. で始まるLWAクライアントIDを入力してください。
fault-client-id-is-secret = シークレットまたはトークンが入力されています。ここには amzn1.application-oa2-client. で始まるLWAクライアントIDを入力してください。
fault-secret-is-id = IDが入力されています。ここにはLWAクライアントシークレットを入力してください。
fault-secret-is-token = トークンが入力されています。ここにはLWAクライアントシークレットを入力してください。
fault-token = リフレッシュトークンの形式ではありません。Atzr| で始まる値を入力してください。
fault-token-missing = リフレッシュトークンを入力するか、「Amazonでサインイン」で取得してください。
fault-token-is-access-token = アクセストークン(Atza|)が入力されています。Atzr| で始まるリフレッシュトークンを入力してください。
fault-app-id = アプリIDの形式ではありません。amzn1.sp.solution. または amzn1.sellerapps.app. で始まる値を入力してください。
fault-app-id-is-client-id = LWAクライアントIDが入力されています。ここには amzn1.sp.solution. または amzn1.sellerapps. で始まるアプリIDを入力してください。
fault-app-id-is-secret = シークレットまたはトークンが入力されています。ここにはアプリIDを入力してください。
fault-time = 日時として読み取れません。2026-01-01 または 2026-01-01 09:00 のように入力してください。
fault-year = 1995年から2099年までの日時を入力してください。
fault-start-in-future = 取得開始日時が未来になっています。現在より前の日時を入力してください。
fault-end-before-start = 取得終了日時は、取得開始日時より後にしてください。
fault-period = 1 から 3660 までの整数を入力してください。
fault-options = 次の行を読み取れません:{ $line }
fault-refused = この内容では接続できません。詳細を確認してください。
fault-no-objects = オブジェクトを1つ以上選んでください。

# Amazonでサインイン
sign-in = Amazonでサインイン
sign-in-help = Amazonの認可画面を開いて、リフレッシュトークンを取得します。先に、クライアントID・クライアントシークレット・アプリIDを入力してください。入力した内容は失われません。
sign-in-about = Amazonの画面でログインし、アプリを認可してください。認可してから5分以内に、この画面に戻る必要があります。
sign-in-go = Amazonの認可画面を開く
sign-in-redirect = 認可した後は、このアドレスに自動で戻ります。アプリのOAuthリダイレクトURIに登録されている必要があります:
sign-in-directly = 自動で戻るように設定する場合はこちら。アプリのOAuthリダイレクトURIに次のアドレスの登録が必要です:
sign-in-published = アプリが公開済み(下書きではない)の場合はこちら
sign-in-step-open = ボタンを押してAmazonの認可画面を新しいタブで開き、アプリを認可します。
sign-in-step-paste = 認可後に表示された画面のアドレス(URL)をすべてコピーして、ここに貼り付けてください。
sign-in-take = 認可を完了する
sign-in-missing = サインインの前に、次の項目を接続設定で入力してください。
sign-in-needs-app-id = アプリID(amzn1.sp.solution. または amzn1.sellerapps. で始まる値)
sign-in-needs-client-id = LWAクライアントID(amzn1.application-oa2-client. で始まる値)
sign-in-needs-client-secret = LWAクライアントシークレット
sign-in-failed = サインインを完了できませんでした。接続設定に戻り、もう一度お試しください。
sign-in-unknown = このサインインは、すでに完了しているか期限が切れています。接続設定から、もう一度お試しください。
signed-in-as = サインインが完了し、リフレッシュトークンを取得しました(出品者ID:{ $seller })。

# 接続確認
check-title = 接続の確認
check-button = 接続を確認する
check-help = Amazonに数回だけ問い合わせて、認証情報と権限を確かめます。データは変更しません。
check-good = 問題は見つかりませんでした。
check-too-long = 1分以内に確認が終わりませんでした。Amazonの利用制限の回復を待っている可能性があります。しばらくしてからお試しください。
check-credentials-good = 認証情報は有効です。
check-credentials-bad = 認証情報を使ってAmazonに接続できませんでした。
check-sells = { $country }で出品できるアカウントです。
check-sells-not = { $country }では出品していないため、データがありません。
check-reports = { $country }のレポートを取得できます。
check-reports-not = { $country }のレポートを取得できません。
check-roles = 選んだオブジェクトには、アプリに次のいずれかのロールが必要です:

# オブジェクト選択
objects-title = オブジェクト選択
objects-about = 取り込むデータを選んでください。データが多いほど時間がかかるので、必要なものだけを選ぶことをおすすめします。選択は後から変更できます。
save-and-plan = 保存して取得計画を見る
saved-new = 接続を作成しました。取得計画を確認して、実行してください。
saved-objects = オブジェクトの選択を保存しました。
group-recommended = おすすめ
group-orders = 注文・出荷
group-listings = 出品・商品
group-stock = 在庫・FBA
group-money = 売上金・手数料・税
group-returns = 返品・補償
group-analysis = 分析・販促
group-others = その他
way-whole = 毎回すべてを取得します。
way-slices = 期間を区切って取得します。
way-slices-at-most = 期間を区切って取得します(1回の上限は{ $shown }日)。
cost-times = 初回は{ $shown }回、
cost-slices = 初回は{ $shown }回に分けて、
cost-time = 最短で{ $time }。
not-offered = 選択した地域では提供されていません。
needs-personal-data = 購入者の個人情報を含むため、設定ファイルでの許可が必要です。
all-marketplaces = 共通
stream-part = { $title }(内訳:{ $part })
stream-way = 取得方法
stream-key = 行を見分ける項目
stream-lookback = さかのぼって取り直す日数
stream-roles = 必要なロール(いずれか)
stream-columns = 項目

# 取得計画
plan-slices = 次の実行では、全部で{ $shown }回に分けてデータを取得します。
plan-time = Amazonの利用制限から見た最短の所要時間は{ $time }です。レポートの作成にかかる時間は、これに加わります。
plan-calendar = 取得期間のカレンダー
plan-calendar-about = オブジェクトごとに、1回で取得する期間を左から古い順に並べています。
plan-table = オブジェクトごとの計画
plan-zone = 日時はマーケットプレイスの現地時刻です。
plan-failed = 取得計画を作成できません。
more = ほか{ $shown }件

# 実行
run-button = 取得を開始する
run-again-button = 最新のデータを取得する
run-none = まだ実行していません。
run-running = 取得しています。
run-stopping = 停止しています。取得中のデータを保存しだい止まります。
run-ended = 取得が終わりました。
run-stopped = 途中で停止しました。次の実行は続きから始まります。
run-failed = エラーのため終了しました。保存済みのデータはそのまま残っています。
run-begun = 開始:{ $time }
run-lasted = 所要時間:{ $time }
stop-button = 停止する
stop-help = 取得中のデータを保存してから止めます。次の実行は続きから始まります。
progress-lost = 画面との通信が切れました。自動で再接続しています。取得そのものは、spapi console が動いていれば続きます。
to-tables = 取り込んだデータを見る
state-refused = 取得できません
state-nothing = 取得するものはありません
state-gaps = 一部を取得できませんでした
state-done = 完了
state-open = 続きは次の実行で取得します
state-reads = 取得中
waits-quota = Amazonの利用制限の回復を待っています
waits-report = Amazonがレポートを作成するのを待っています
waits-answer = Amazonの応答を待っています
waits-until = ({ $time } まで)

# データ
tables-title = 取り込んだデータ
tables-failed = データを読み込めません。
nothing-read = まだデータがありません。取得計画を確認して、実行してください。
rows-elsewhere = データの保存先は { $place } です。ここに表示できるのは、SQLiteに保存したデータだけです。
no-rows = 行がありません。
never-read = 未取得
fresh = 最新
behind = { $time }前まで
page-before = 前のページ
page-next = 次のページ
page-number = { $shown } ページ
dead-letters = 取り込めなかった行
dead-letters-about = 形式が合わないためテーブルに入れられなかった行です。元の内容のまま残しています。
dead-letters-count = 取り込めなかった行が{ $shown }件あります
no-dead-letters = 取り込めなかった行はありません。
gaps-title = 欠けている期間
gaps-about = 取得できなかった期間です。次の実行で自動的に取り直します。ボタンを押すと、すぐに取り直します。
gap-failed = { $shown }回失敗しました。
gap-rests = { $time } 以降に自動で取り直します。
fill-button = 欠けている期間を取り直す

# グラフ
no-charts = グラフにできるデータがまだありません。注文・在庫・ペイメントのいずれかのオブジェクトを取り込むと表示されます。
last-days = 直近{ $shown }日間
chart-orders = 日別の注文数
chart-sales = 日別の売上({ $currency })
chart-stock = 在庫の多い商品(SKU別)
chart-stock-about = 全{ $shown }商品のうち、在庫の多い順に最大20商品の数量です。
chart-points = Amazonポイントの付与と返還(日別)
chart-sum = { $days }日間の合計は{ $sum }です。
chart-quota = Amazonの利用制限の使用状況
chart-quota-about = 直近の実行で使われ、まだ回復していない割合です。時間がたつと 0 % に戻ります。
chart-table = 数値を表で見る
points-granted = 付与
points-returned = 返還

# 表の見出し
column-object = オブジェクト
column-marketplace = 国
column-way = 取得方法
column-slices = 取得回数
column-shortest = 最短時間
column-rows = 行数
column-dead-letters = 取り込めなかった行
column-gaps = 欠け
column-state = 状態
column-up-to = 取得済みの日時
column-freshness = 鮮度
column-due = 次に取得する回数
column-slice = 期間
column-column = 項目
column-reason = 理由
column-row = 元の行
column-day = 日
column-product = 商品名
column-quantity = 数量

# 単位
under-a-minute = 1分未満
about = 約{ $time }
seconds = { $shown }秒
minutes = { $shown }分
hours = { $shown }時間
days = { $shown }日

# エラーの説明
error-config = 設定またはファイルに問題があります。
error-input = 指定された内容では処理できません。
error-login = Amazonにログインできません。クライアントID・クライアントシークレット・リフレッシュトークンを確認してください。
error-quota = Amazonの利用制限に達しました。しばらくしてから、もう一度お試しください。
error-connect = Amazonのサーバーに接続できません。ネットワークを確認してください。
error-lost = 応答が届きませんでした。しばらくしてから、もう一度お試しください。
error-denied = Amazonにアクセスを拒否されました。アプリのロール、認可の有無、大口出品の契約、地域を確認してください。
error-not-found = Amazonに該当するデータがないか、レポートを作成できませんでした。
error-server = Amazon側でエラーが発生しました。しばらくしてから、もう一度お試しください。
error-unknown-outcome = 処理が完了したかどうかを確認できませんでした。もう一度実行する前に、結果を確認してください。
error-other = エラーが発生しました。

# 国
country-jp = 日本
country-us = アメリカ
country-ca = カナダ
country-mx = メキシコ
country-br = ブラジル
country-ie = アイルランド
country-es = スペイン
country-gb = イギリス
country-fr = フランス
country-be = ベルギー
country-nl = オランダ
country-de = ドイツ
country-it = イタリア
country-se = スウェーデン
country-za = 南アフリカ
country-pl = ポーランド
country-eg = エジプト
country-tr = トルコ
country-sa = サウジアラビア
country-ae = アラブ首長国連邦
country-in = インド
country-sg = シンガポール
country-au = オーストラリア
