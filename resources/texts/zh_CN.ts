<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Actions</name>
    <message>
        <source>Acknowledge warning</source>
        <translation>确认预警</translation>
    </message>
    <message>
        <source>Take warning</source>
        <translation>接手预警</translation>
    </message>
    <message>
        <source>Dispatch patrol</source>
        <translation>派单巡查</translation>
    </message>
    <message>
        <source>Hold at the gate</source>
        <translation>卡口拦截</translation>
    </message>
    <message>
        <source>Close warning</source>
        <translation>办结预警</translation>
    </message>
    <message>
        <source>Confirm warning</source>
        <translation>预警属实</translation>
    </message>
    <message>
        <source>Found false</source>
        <translation>判为误报</translation>
    </message>
    <message>
        <source>Shelve warning</source>
        <translation>搁置预警</translation>
    </message>
    <message>
        <source>Agree to shelving</source>
        <translation>同意搁置</translation>
    </message>
    <message>
        <source>Take off the shelf</source>
        <translation>取消搁置</translation>
    </message>
    <message>
        <source>Comment on warning</source>
        <translation>添加备注</translation>
    </message>
    <message>
        <source>Hand over warning</source>
        <translation>移交预警</translation>
    </message>
    <message>
        <source>Reopen warning</source>
        <translation>重新打开预警</translation>
    </message>
    <message>
        <source>Fly to warning</source>
        <translation>飞到预警</translation>
    </message>
    <message>
        <source>Next warning</source>
        <translation>下一条预警</translation>
    </message>
    <message>
        <source>Previous warning</source>
        <translation>上一条预警</translation>
    </message>
    <message>
        <source>Choose all listed warnings</source>
        <translation>选中列出的全部预警</translation>
    </message>
    <message>
        <source>Unfold or fold a flood</source>
        <translation>展开或收起预警洪泛</translation>
    </message>
    <message>
        <source>Filter warnings by words</source>
        <translation>按文字筛选预警</translation>
    </message>
    <message>
        <source>Filter warnings by rule, zone, owner, state</source>
        <translation>按规则、区域、负责人、状态筛选</translation>
    </message>
    <message>
        <source>All open warnings</source>
        <translation>全部未办结预警</translation>
    </message>
    <message>
        <source>Sort warnings otherwise</source>
        <translation>切换预警排序</translation>
    </message>
    <message>
        <source>My warnings</source>
        <translation>我的预警</translation>
    </message>
    <message>
        <source>Shelved warnings</source>
        <translation>已搁置预警</translation>
    </message>
    <message>
        <source>Closed warnings</source>
        <translation>已办结预警</translation>
    </message>
    <message>
        <source>Sound of warnings on or off</source>
        <translation>预警声音开关</translation>
    </message>
    <message>
        <source>Map, north up</source>
        <translation>俯视，正北朝上</translation>
    </message>
    <message>
        <source>Fly to selection</source>
        <translation>飞到所选</translation>
    </message>
    <message>
        <source>Colours tell something else</source>
        <translation>切换箱体着色含义</translation>
    </message>
    <message>
        <source>Layer: containers</source>
        <translation>图层：集装箱</translation>
    </message>
    <message>
        <source>Layer: vehicles</source>
        <translation>图层：车辆</translation>
    </message>
    <message>
        <source>Layer: seals</source>
        <translation>图层：关锁</translation>
    </message>
    <message>
        <source>Layer: vessels</source>
        <translation>图层：船舶</translation>
    </message>
    <message>
        <source>Layer: cranes</source>
        <translation>图层：起重机</translation>
    </message>
    <message>
        <source>Layer: fences</source>
        <translation>图层：围栏</translation>
    </message>
    <message>
        <source>Layer: warnings</source>
        <translation>图层：预警</translation>
    </message>
    <message>
        <source>Layer: trails</source>
        <translation>图层：轨迹</translation>
    </message>
    <message>
        <source>Details of the selection</source>
        <translation>所选对象的详情</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Shift board</source>
        <translation>值班情况</translation>
    </message>
    <message>
        <source>Case of the warning</source>
        <translation>预警所属案件</translation>
    </message>
    <message>
        <source>Feeds and quarantine</source>
        <translation>数据源与隔离记录</translation>
    </message>
    <message>
        <source>Chinese or English</source>
        <translation>中文或英文</translation>
    </message>
    <message>
        <source>Wall mode</source>
        <translation>大屏模式</translation>
    </message>
    <message>
        <source>All acts</source>
        <translation>全部操作</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Drill down</source>
        <translation>下钻一级</translation>
    </message>
    <message>
        <source>One level up</source>
        <translation>返回上一级</translation>
    </message>
    <message>
        <source>Whole port</source>
        <translation>全港</translation>
    </message>
    <message>
        <source>X-ray of block or bay</source>
        <translation>箱区 / 贝位透视</translation>
    </message>
    <message>
        <source>Section through block or bay</source>
        <translation>箱区 / 贝位剖切</translation>
    </message>
    <message>
        <source>Explode block or bay</source>
        <translation>箱区 / 贝位展开</translation>
    </message>
    <message>
        <source>Next bay</source>
        <translation>下一贝</translation>
    </message>
    <message>
        <source>Previous bay</source>
        <translation>上一贝</translation>
    </message>
    <message>
        <source>Follow selection</source>
        <translation>跟随所选</translation>
    </message>
    <message>
        <source>First person</source>
        <translation>第一视角</translation>
    </message>
    <message>
        <source>Patrol route</source>
        <translation>巡查路线</translation>
    </message>
    <message>
        <source>Next heat map</source>
        <translation>下一热力图</translation>
    </message>
    <message>
        <source>Heat map: dwell</source>
        <translation>热力图：在场时间</translation>
    </message>
    <message>
        <source>Heat map: risk</source>
        <translation>热力图：风险</translation>
    </message>
    <message>
        <source>Heat map: blind spots</source>
        <translation>热力图：定位盲区</translation>
    </message>
    <message>
        <source>Heat map: traffic</source>
        <translation>热力图：车流</translation>
    </message>
    <message>
        <source>Measure a distance</source>
        <translation>测距</translation>
    </message>
    <message>
        <source>Set a pin</source>
        <translation>设置标注</translation>
    </message>
    <message>
        <source>Block plan and bay</source>
        <translation>箱区平面与贝位图</translation>
    </message>
    <message>
        <source>Minimap</source>
        <translation>鹰眼图</translation>
    </message>
    <message>
        <source>Keep this view under a name</source>
        <translation>保存当前视点</translation>
    </message>
    <message>
        <source>Own viewpoints and pins</source>
        <translation>我的视点与标注</translation>
    </message>
    <message>
        <source>Copy viewpoints and pins as text</source>
        <translation>复制视点与标注（文本）</translation>
    </message>
    <message>
        <source>Paste viewpoints and pins</source>
        <translation>粘贴视点与标注</translation>
    </message>
    <message>
        <source>Save a picture of the scene</source>
        <translation>保存场景截图</translation>
    </message>
    <message>
        <source>Film a short clip, or end it</source>
        <translation>录制短片 / 结束录制</translation>
    </message>
    <message>
        <source>Play or pause the replay</source>
        <translation>播放或暂停回放</translation>
    </message>
    <message>
        <source>A second back</source>
        <translation>后退一秒</translation>
    </message>
    <message>
        <source>A second on</source>
        <translation>前进一秒</translation>
    </message>
    <message>
        <source>A minute back</source>
        <translation>后退一分钟</translation>
    </message>
    <message>
        <source>A minute on</source>
        <translation>前进一分钟</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>加快</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>放慢</translation>
    </message>
    <message>
        <source>Loop the visible stretch</source>
        <translation>循环播放所见时段</translation>
    </message>
    <message>
        <source>Skip quiet stretches</source>
        <translation>跳过平静时段</translation>
    </message>
    <message>
        <source>As known then or now</source>
        <translation>按当时所知或现在所知</translation>
    </message>
    <message>
        <source>Follow the selection through time</source>
        <translation>跟随所选对象</translation>
    </message>
    <message>
        <source>To the next warning in time</source>
        <translation>跳到下一条预警</translation>
    </message>
    <message>
        <source>To the previous warning in time</source>
        <translation>跳到上一条预警</translation>
    </message>
    <message>
        <source>30 s before the chosen warning</source>
        <translation>所选预警前 30 秒</translation>
    </message>
    <message>
        <source>Bookmark this moment</source>
        <translation>为此刻加书签</translation>
    </message>
    <message>
        <source>To the next bookmark</source>
        <translation>下一个书签</translation>
    </message>
    <message>
        <source>To the previous bookmark</source>
        <translation>上一个书签</translation>
    </message>
    <message>
        <source>Recorded days</source>
        <translation>录像日历</translation>
    </message>
    <message>
        <source>Ask the past</source>
        <translation>查询历史</translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation>回到现在</translation>
    </message>
    <message>
        <source>Another moment beside this one, or one view again</source>
        <translation>并排查看另一时刻／恢复单画面</translation>
    </message>
    <message>
        <source>Cameras of both moments together or apart</source>
        <translation>两时刻镜头联动或分开</translation>
    </message>
    <message>
        <source>Day and time of the second moment</source>
        <translation>右侧画面的日期和时刻</translation>
    </message>
    <message>
        <source>Second moment: the day before</source>
        <translation>右侧画面：前一天</translation>
    </message>
    <message>
        <source>Second moment: the day after</source>
        <translation>右侧画面：后一天</translation>
    </message>
    <message>
        <source>Acts on the selection</source>
        <translation>对所选对象的操作</translation>
    </message>
</context>
<context>
    <name>ActivityStrip</name>
    <message>
        <source>Gate in, last hour</source>
        <translation>进卡口（近一小时）</translation>
    </message>
    <message>
        <source>Gate out, last hour</source>
        <translation>出卡口（近一小时）</translation>
    </message>
    <message>
        <source>Quay moves, last hour</source>
        <translation>岸桥作业（近一小时）</translation>
    </message>
    <message>
        <source>Yard lifts and warnings, last hour</source>
        <translation>堆场起落与预警（近一小时）</translation>
    </message>
</context>
<context>
    <name>Breadcrumb</name>
    <message>
        <source>bay %1</source>
        <translation>贝 %1</translation>
    </message>
    <message>
        <source>row %1</source>
        <translation>列 %1</translation>
    </message>
    <message>
        <source>tier %1</source>
        <translation>层 %1</translation>
    </message>
</context>
<context>
    <name>Bugs</name>
    <message>
        <source>Unexpected error</source>
        <translation>意外错误</translation>
    </message>
    <message>
        <source>Something went wrong inside the program. The live picture goes on; the log has the details.</source>
        <translation>程序内部出现问题。实时画面继续；详情见日志。</translation>
    </message>
</context>
<context>
    <name>CardDelegate</name>
    <message>
        <source>Flood of %1 warnings</source>
        <translation>预警洪泛 %1 条</translation>
    </message>
    <message>
        <source>at the gate</source>
        <translation>已到卡口</translation>
    </message>
    <message>
        <source>left by the gate</source>
        <translation>已出卡口</translation>
    </message>
    <message>
        <source>%1 to the gate</source>
        <translation>%1 到卡口</translation>
    </message>
    <message>
        <source>cleared</source>
        <translation>已解除</translation>
    </message>
    <message>
        <source>shelving: second person</source>
        <translation>搁置待第二人同意</translation>
    </message>
    <message>
        <source>shelved until %1</source>
        <translation>搁置至 %1</translation>
    </message>
</context>
<context>
    <name>CaseDialog</name>
    <message>
        <source>Case</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>Show all on the map</source>
        <translation>全部显示在图上</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Type an act …</source>
        <translation>输入操作…</translation>
    </message>
</context>
<context>
    <name>DayCalendar</name>
    <message>
        <source>Recorded days</source>
        <translation>录像日历</translation>
    </message>
    <message>
        <source>Open this day</source>
        <translation>打开这一天</translation>
    </message>
    <message>
        <source>Nothing is recorded of this day.</source>
        <translation>这一天没有记录。</translation>
    </message>
    <message>
        <source>%1: %2 to %3, %4 positions, %5 other records, %6 % of the day on record.</source>
        <translation>%1：%2 至 %3，位置 %4 条，其他记录 %5 条，全天记录率 %6 %。</translation>
    </message>
    <message>
        <source>No gaps.</source>
        <translation>没有缺口。</translation>
    </message>
    <message>
        <source>Records missing: %1</source>
        <translation>缺失时段：%1</translation>
    </message>
</context>
<context>
    <name>DifferenceStrip</name>
    <message>
        <source>at both</source>
        <translation>两时刻均在</translation>
    </message>
    <message>
        <source>only left</source>
        <translation>仅左侧</translation>
    </message>
    <message>
        <source>only right</source>
        <translation>仅右侧</translation>
    </message>
    <message>
        <source>Containers in yard</source>
        <translation>堆场在场箱</translation>
    </message>
    <message>
        <source>Vehicles inside</source>
        <translation>场内车辆</translation>
    </message>
    <message>
        <source>Seals in use</source>
        <translation>在用关锁</translation>
    </message>
    <message>
        <source>Under inspection</source>
        <translation>查验中</translation>
    </message>
    <message>
        <source>Open warnings</source>
        <translation>未办结预警</translation>
    </message>
    <message>
        <source>Warnings, hour before</source>
        <translation>此前一小时预警</translation>
    </message>
    <message>
        <source>of them ■ ▲</source>
        <translation>其中 ■ ▲</translation>
    </message>
    <message>
        <source>left │ right</source>
        <translation>左 │ 右</translation>
    </message>
    <message>
        <source>right - left</source>
        <translation>右 − 左</translation>
    </message>
    <message>
        <source>Containers in the yard, one by one</source>
        <translation>逐箱比对（堆场）</translation>
    </message>
</context>
<context>
    <name>EventList</name>
    <message>
        <source>Just now</source>
        <translation>最新动态</translation>
    </message>
</context>
<context>
    <name>FeedLights</name>
    <message>
        <source>Feeds</source>
        <translation>数据源</translation>
    </message>
</context>
<context>
    <name>FeedsDialog</name>
    <message>
        <source>Feeds</source>
        <translation>数据源</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>数据源</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>起始</translation>
    </message>
    <message>
        <source>Last success</source>
        <translation>最近成功</translation>
    </message>
    <message>
        <source>Records/s</source>
        <translation>条/秒</translation>
    </message>
    <message>
        <source>Lag</source>
        <translation>滞后</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录数</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>拒收</translation>
    </message>
    <message>
        <source>Gaps</source>
        <translation>缺口</translation>
    </message>
    <message>
        <source>Last error</source>
        <translation>最近错误</translation>
    </message>
    <message>
        <source>Refused records (quarantine)</source>
        <translation>拒收记录（隔离区）</translation>
    </message>
    <message>
        <source>At</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>记录</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>No data</source>
        <translation>无数据</translation>
    </message>
    <message>
        <source>Catching up</source>
        <translation>追赶中</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>回放</translation>
    </message>
    <message>
        <source> digital twin</source>
        <translation>数字孪生</translation>
    </message>
    <message>
        <source>Containers in port</source>
        <translation>在场箱</translation>
    </message>
    <message>
        <source>Vehicles inside</source>
        <translation>场内车辆</translation>
    </message>
    <message>
        <source>Seals in use</source>
        <translation>在用关锁</translation>
    </message>
    <message>
        <source>Under inspection</source>
        <translation>查验中</translation>
    </message>
    <message>
        <source>Warnings today</source>
        <translation>今日预警</translation>
    </message>
    <message>
        <source>Rule settings changed: %1</source>
        <translation>规则参数已调整 %1 项</translation>
    </message>
    <message>
        <source>Watch officer %1</source>
        <translation>值班员 %1</translation>
    </message>
</context>
<context>
    <name>HeatCard</name>
    <message>
        <source>Heat: dwell</source>
        <translation>热力：在场时间</translation>
    </message>
    <message>
        <source>today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>Heat: risk</source>
        <translation>热力：风险</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>high</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Heat: blind spots</source>
        <translation>热力：定位盲区</translation>
    </message>
    <message>
        <source>heard now</source>
        <translation>刚有定位</translation>
    </message>
    <message>
        <source>silent for 15 min</source>
        <translation>静默 15 分钟</translation>
    </message>
    <message>
        <source>Heat: traffic</source>
        <translation>热力：车流</translation>
    </message>
    <message>
        <source>few</source>
        <translation>少</translation>
    </message>
    <message>
        <source>many</source>
        <translation>多</translation>
    </message>
</context>
<context>
    <name>LayerList</name>
    <message>
        <source>Containers</source>
        <translation>集装箱</translation>
    </message>
    <message>
        <source>Vehicles</source>
        <translation>车辆</translation>
    </message>
    <message>
        <source>Electronic seals</source>
        <translation>电子关锁</translation>
    </message>
    <message>
        <source>Vessels</source>
        <translation>船舶</translation>
    </message>
    <message>
        <source>Cranes</source>
        <translation>岸桥与场桥</translation>
    </message>
    <message>
        <source>Electronic fences</source>
        <translation>电子围栏</translation>
    </message>
    <message>
        <source>Trails</source>
        <translation>轨迹</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>预警</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>The port refused %1: %2</source>
        <translation>港口拒绝了 %1：%2</translation>
    </message>
    <message>
        <source>sound off</source>
        <translation>已静音</translation>
    </message>
    <message>
        <source>%1 not acknowledged</source>
        <translation>%1 条未确认</translation>
    </message>
    <message>
        <source>rule %1 is off</source>
        <translation>规则 %1 已停用</translation>
    </message>
    <message>
        <source> digital twin</source>
        <translation>数字孪生</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Zones</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Risk warnings</source>
        <translation>风险预警</translation>
    </message>
</context>
<context>
    <name>MomentBar</name>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>nothing on record there</source>
        <translation>该时刻无记录</translation>
    </message>
    <message>
        <source>%1 day</source>
        <translation>%1 天</translation>
    </message>
    <message>
        <source>%1 days</source>
        <translation>%1 天</translation>
    </message>
    <message>
        <source>%1 earlier</source>
        <translation>早 %1</translation>
    </message>
    <message>
        <source>%1 later</source>
        <translation>晚 %1</translation>
    </message>
    <message>
        <source>◀ Day</source>
        <translation>◀ 前一天</translation>
    </message>
    <message>
        <source>The same time on the recorded day before</source>
        <translation>前一个有记录日的同一时刻</translation>
    </message>
    <message>
        <source>Day ▶</source>
        <translation>后一天 ▶</translation>
    </message>
    <message>
        <source>The same time on the recorded day after</source>
        <translation>后一个有记录日的同一时刻</translation>
    </message>
    <message>
        <source>Other moment …</source>
        <translation>选择时刻…</translation>
    </message>
    <message>
        <source>Day and time of the second view</source>
        <translation>右侧画面的日期和时刻</translation>
    </message>
    <message>
        <source>Cameras together</source>
        <translation>镜头联动</translation>
    </message>
    <message>
        <source>Both views look from the same place</source>
        <translation>两个画面同一视角</translation>
    </message>
    <message>
        <source>✕ One view (F9)</source>
        <translation>✕ 单画面 (F9)</translation>
    </message>
    <message>
        <source>Closes the second view</source>
        <translation>关闭右侧画面</translation>
    </message>
</context>
<context>
    <name>OutageBanner</name>
    <message>
        <source>%1 feed %2 is down for %3, since %4: %5.</source>
        <translation>%1 数据源 %2 已中断 %3（自 %4）：%5。</translation>
    </message>
    <message>
        <source>The picture is of %1; warnings can still be worked on and are sent when it is back.</source>
        <translation>画面停留在 %1；预警仍可处置，恢复后自动回传。</translation>
    </message>
    <message>
        <source>%1 feed %2 is behind by %3 and catching up.</source>
        <translation>%1 数据源 %2 滞后 %3，正在补齐。</translation>
    </message>
    <message>
        <source>%1 feed %2 is back after %3.</source>
        <translation>%1 数据源 %2 已恢复，中断 %3。</translation>
    </message>
    <message>
        <source>Nothing was lost.</source>
        <translation>记录已补齐，无缺失。</translation>
    </message>
    <message>
        <source>all kinds</source>
        <translation>全部种类</translation>
    </message>
    <message>
        <source>The source no longer has %1 from %2 to %3.</source>
        <translation>%2 至 %3 的记录（%1）数据源已不再保存。</translation>
    </message>
</context>
<context>
    <name>OwnPlaces</name>
    <message>
        <source>Pin</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>What is to be noted here?</source>
        <translation>此处要标注什么？</translation>
    </message>
    <message>
        <source>Click where the pin is to stand</source>
        <translation>请点击标注位置</translation>
    </message>
    <message>
        <source>Own viewpoint</source>
        <translation>我的视点</translation>
    </message>
    <message>
        <source>Its name:</source>
        <translation>名称：</translation>
    </message>
    <message>
        <source>Viewpoint kept: %1</source>
        <translation>视点已保存：%1</translation>
    </message>
    <message>
        <source>Viewpoints and pins are on the clipboard as text</source>
        <translation>视点与标注已复制为文本</translation>
    </message>
    <message>
        <source>Taken over: %1 viewpoints, %2 pins</source>
        <translation>已导入：视点 %1 个，标注 %2 个</translation>
    </message>
</context>
<context>
    <name>PastBar</name>
    <message>
        <source>standing</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>as known now</source>
        <translation>按现在所知</translation>
    </message>
    <message>
        <source>as known then</source>
        <translation>按当时所知</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>live: no new warnings</source>
        <translation>实时：没有新预警</translation>
    </message>
    <message>
        <source>live: %1 new warnings</source>
        <translation>实时：新预警 %1 条</translation>
    </message>
    <message>
        <source>Back to now (Home)</source>
        <translation>回到现在（Home）</translation>
    </message>
</context>
<context>
    <name>PastQuestions</name>
    <message>
        <source>Ask the past</source>
        <translation>查询历史</translation>
    </message>
    <message>
        <source>Who was in this zone?</source>
        <translation>谁到过这个区域？</translation>
    </message>
    <message>
        <source>Where was this container, seal or vehicle?</source>
        <translation>这个箱、关锁或车去过哪里？</translation>
    </message>
    <message>
        <source>What stood in this slot?</source>
        <translation>这个箱位放过什么？</translation>
    </message>
    <message>
        <source>Which vehicles met this one?</source>
        <translation>哪些车与它相遇过？</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>What</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>到</translation>
    </message>
    <message>
        <source>How</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Number, plate or seal</source>
        <translation>箱号、车牌或关锁号</translation>
    </message>
    <message>
        <source>Given up.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Nothing is on record here: start with --database</source>
        <translation>这里没有记录：请用 --database 启动</translation>
    </message>
    <message>
        <source>Name what you ask about, and a time that ends after it begins.</source>
        <translation>请填写对象，并使结束时间晚于开始时间。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Looking it up …</source>
        <translation>查询中 …</translation>
    </message>
    <message>
        <source>%1 found</source>
        <translation>找到 %1 条</translation>
    </message>
    <message>
        <source>Nothing is known of that.</source>
        <translation>没有相关记录。</translation>
    </message>
</context>
<context>
    <name>PictureExport</name>
    <message>
        <source>Picture saved: %1</source>
        <translation>截图已保存：%1</translation>
    </message>
    <message>
        <source>Filming … the same key ends it, %1 s at most</source>
        <translation>正在录制…再按一次结束，最长 %1 秒</translation>
    </message>
    <message>
        <source>Clip saved: %1</source>
        <translation>短片已保存：%1</translation>
    </message>
    <message>
        <source>The folder %1 cannot be made: %2</source>
        <translation>无法创建文件夹 %1：%2</translation>
    </message>
</context>
<context>
    <name>QualityButton</name>
    <message>
        <source>Quality: %1</source>
        <translation>画质：%1</translation>
    </message>
    <message>
        <source>As the machine allows</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Plain</source>
        <translation>流畅</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Fine</source>
        <translation>精细</translation>
    </message>
    <message>
        <source>Finest</source>
        <translation>极致</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Save as PDF</source>
        <translation>保存为 PDF</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>已保存为 %1</translation>
    </message>
    <message>
        <source>Cannot be written: %1</source>
        <translation>无法写入：%1</translation>
    </message>
</context>
<context>
    <name>ScaleCard</name>
    <message>
        <source>Tide %1 m</source>
        <translation>潮位 %1 m</translation>
    </message>
    <message>
        <source>Above chart datum, from the port&apos;s mean high and low water: schematic, not for navigation</source>
        <translation>海图基准面以上，由本港平均高潮与平均低潮推得：示意，不可用于航行</translation>
    </message>
    <message>
        <source>Schematic layout, not surveyed</source>
        <translation>布局为示意（未测绘）</translation>
    </message>
</context>
<context>
    <name>SceneFrame</name>
    <message>
        <source>Click places to measure between them; a double click ends the line, Esc wipes it</source>
        <translation>依次点击测距，双击结束，Esc 清除</translation>
    </message>
</context>
<context>
    <name>SearchBox</name>
    <message>
        <source>Nothing is called “%1”</source>
        <translation>没有找到“%1”</translation>
    </message>
    <message>
        <source>Container, plate, seal, declaration …</source>
        <translation>搜索箱号 / 车牌 / 关锁 / 报关单</translation>
    </message>
</context>
<context>
    <name>ShiftBoard</name>
    <message>
        <source>Shift board</source>
        <translation>值班情况</translation>
    </message>
    <message>
        <source>Hand-over note: what the next shift must know</source>
        <translation>交班说明：接班人员须知</translation>
    </message>
</context>
<context>
    <name>TimeBar</name>
    <message>
        <source>There is no further warning on record</source>
        <translation>没有更多预警记录</translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>What happened here? (empty: no bookmark)</source>
        <translation>此刻发生了什么？（留空则删除书签）</translation>
    </message>
    <message>
        <source>There is no further bookmark</source>
        <translation>没有更多书签</translation>
    </message>
</context>
<context>
    <name>TimeTravel</name>
    <message>
        <source>Nothing is on record here: start with --database to wind back</source>
        <translation>这里没有记录，不能回放：请用 --database 启动</translation>
    </message>
    <message>
        <source>No live port is behind this recording: this is its end</source>
        <translation>这段录像背后没有实时港口：这里是它的结尾</translation>
    </message>
    <message>
        <source>The recording ends here</source>
        <translation>录像到此结束</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>night shift</source>
        <translation>夜班</translation>
    </message>
    <message>
        <source>day shift</source>
        <translation>白班</translation>
    </message>
    <message>
        <source>evening shift</source>
        <translation>晚班</translation>
    </message>
    <message>
        <source>%1 warnings</source>
        <translation>%1 条预警</translation>
    </message>
    <message>
        <source>records missing</source>
        <translation>记录缺失</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>%1 is no speed: 0.1 to 3600</source>
        <translation>%1 不是有效速度：0.1 至 3600</translation>
    </message>
    <message>
        <source>As known now</source>
        <translation>按现在所知</translation>
    </message>
    <message>
        <source>As known then</source>
        <translation>按当时所知</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>%1 前</translation>
    </message>
    <message>
        <source>Previous warning</source>
        <translation>上一条预警</translation>
    </message>
    <message>
        <source>A second back</source>
        <translation>后退一秒</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>播放或暂停</translation>
    </message>
    <message>
        <source>A second on</source>
        <translation>前进一秒</translation>
    </message>
    <message>
        <source>Next warning</source>
        <translation>下一条预警</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Runs through the visible stretch again and again</source>
        <translation>反复播放所见时段</translation>
    </message>
    <message>
        <source>Skip quiet</source>
        <translation>跳过平静</translation>
    </message>
    <message>
        <source>Leaves out stretches in which nothing happens</source>
        <translation>略去没有作业的时段</translation>
    </message>
    <message>
        <source>As it was known then, or with all that became known since</source>
        <translation>按当时所知，或加上此后才知道的</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>跟随</translation>
    </message>
    <message>
        <source>The selected object stays in the middle of the view</source>
        <translation>所选对象保持在视图中央</translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation>书签</translation>
    </message>
    <message>
        <source>Notes this moment with a few words</source>
        <translation>用几个字记下此刻</translation>
    </message>
    <message>
        <source>Days</source>
        <translation>日历</translation>
    </message>
    <message>
        <source>Recorded days and their quality</source>
        <translation>已记录的日子及其完整程度</translation>
    </message>
    <message>
        <source>Ask the past</source>
        <translation>查询历史</translation>
    </message>
    <message>
        <source>Who was where, what stood there, who met</source>
        <translation>谁在哪里、放过什么、谁与谁相遇</translation>
    </message>
    <message>
        <source>⟲ Back to now</source>
        <translation>⟲ 回到现在</translation>
    </message>
    <message>
        <source>Ends the replay</source>
        <translation>结束回放</translation>
    </message>
    <message>
        <source>Recorded seconds a second: 0.1 to 3600</source>
        <translation>每秒回放的秒数：0.1 至 3600</translation>
    </message>
</context>
<context>
    <name>TwoMoments</name>
    <message>
        <source>Nothing is on record here to set beside this: start with --database</source>
        <translation>此处没有记录：以 --database 启动后才能并排查看另一时刻</translation>
    </message>
    <message>
        <source>No further day has this time on record</source>
        <translation>没有更多有此时刻记录的日期</translation>
    </message>
    <message>
        <source>Other moment</source>
        <translation>选择时刻</translation>
    </message>
    <message>
        <source>Day and time of the second view</source>
        <translation>右侧画面的日期和时刻</translation>
    </message>
    <message>
        <source>Day and time</source>
        <translation>日期和时刻</translation>
    </message>
    <message>
        <source>%1 is no day and time such as 2026-11-20 14:03</source>
        <translation>“%1”不是日期和时刻（如 2026-11-20 14:03）</translation>
    </message>
</context>
<context>
    <name>ViewpointBar</name>
    <message>
        <source>Map N↑</source>
        <translation>俯视 N↑</translation>
    </message>
</context>
<context>
    <name>WarningBar</name>
    <message>
        <source>%1 chosen</source>
        <translation>已选 %1 条</translation>
    </message>
</context>
<context>
    <name>WarningFilters</name>
    <message>
        <source>&amp;Rule</source>
        <translation>规则(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Zone</source>
        <translation>区域(&amp;Z)</translation>
    </message>
    <message>
        <source>&amp;Owner</source>
        <translation>负责人(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;State</source>
        <translation>状态(&amp;S)</translation>
    </message>
    <message>
        <source>Filter: number, plate, rule, zone …</source>
        <translation>筛选：箱号 / 车牌 / 规则 / 区域 …</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>WarningList</name>
    <message>
        <source>No warnings pass the filters</source>
        <translation>没有符合筛选条件的预警</translation>
    </message>
    <message>
        <source>No open warnings</source>
        <translation>没有未办结的预警</translation>
    </message>
    <message>
        <source>%1 rules watching</source>
        <translation>%1 条规则值守中</translation>
    </message>
</context>
<context>
    <name>WarningSteps</name>
    <message>
        <source>Not possible</source>
        <translation>不可操作</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>办结</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>属实</translation>
    </message>
    <message>
        <source>Found false</source>
        <translation>误报</translation>
    </message>
    <message>
        <source>Shelve</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 小时</translation>
    </message>
    <message>
        <source>Why it can wait:</source>
        <translation>搁置原因：</translation>
    </message>
    <message>
        <source>%1 warnings</source>
        <translation>%1 条预警</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>%1 of %2 not possible; the first: %3</source>
        <translation>%2 条中有 %1 条不能操作，首条原因：%3</translation>
    </message>
    <message>
        <source>For those who follow:</source>
        <translation>写给接班人员：</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>To whom:</source>
        <translation>移交给：</translation>
    </message>
</context>
<context>
    <name>YardCard</name>
    <message>
        <source>%1 / %2 TEU</source>
        <translation>%1 / %2 TEU</translation>
    </message>
    <message>
        <source>bay %1</source>
        <translation>贝 %1</translation>
    </message>
</context>
<context>
    <name>_CallOut</name>
    <message>
        <source> · %1 to the gate</source>
        <translation> · 距卡口 %1</translation>
    </message>
</context>
<context>
    <name>_PlacesDialog</name>
    <message>
        <source>Own viewpoints and pins</source>
        <translation>我的视点与标注</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Copy all as text</source>
        <translation>全部复制为文本</translation>
    </message>
    <message>
        <source>Paste text</source>
        <translation>粘贴文本</translation>
    </message>
</context>
</TS>
