"""What customers say, by intent and language, as patterns: [a|b] stands for one of the two, {name} for a slot.

A bracket may be empty on one side and may hold others. Slots: month, amount, days, street, code, hour.
"""

from __future__ import annotations

OPENINGS = {
    "zh": (
        "",
        "",
        "你好，",
        "您好，",
        "请问",
        "麻烦问一下，",
        "[喂|在吗]，",
        "客服[你好|您好]，",
        "我想问问，",
        "师傅，",
    ),
    "en": ("", "", "Hi, ", "Hello, ", "Good [morning|afternoon], ", "Dear [sir|team], ", "Hi there - ", "Sorry, "),
}
CLOSINGS = {
    "zh": (
        "",
        "",
        "，谢谢",
        "，[麻烦|请]尽快处理",
        "，急！",
        "，[等|盼]回复",
        "。谢谢您",
        "，[能|可以]给个[答复|说法]吗",
        "…",
    ),
    "en": ("", "", " Thanks.", " Please [reply|call me back|help].", " Thank you!", " It's urgent.", " Regards", "..."),
}
PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "bill_question": {
        "zh": (
            "[{month}月|上个月]的[账单|电费单][怎么看|在哪查|怎么还没收到]",
            "[账单|单子]上的[尖峰|谷段|基本电费|阶梯]是[什么意思|怎么算的]",
            "[我家|我们店]{month}月[用了多少度|多少钱]",
        ),
        "en": (
            "[where can I see|how do I read|I did not get] my bill for month {month}",
            "what does [the valley rate|step two|basic charge] on [my bill|the bill] mean",
        ),
    },
    "high_bill": {
        "zh": (
            "{month}月电费[怎么这么高|太离谱了|突然涨了]，[要|收了我]{amount}块，[以前|平时]没这么多",
            "[没怎么用电|家里没人]，[电费|账单]却[翻倍|多了好多]，[是不是算错了|怎么回事]",
            "一个月{amount}元[电费|]，[帮我查查|核实一下]",
        ),
        "en": (
            "my bill of {amount} yuan is [far too high|double the usual|crazy], [nothing changed here|we were away]",
            "why did [my electricity cost|the amount] [jump|go up so much] in month {month}?",
        ),
    },
    "bill_correction": {
        "zh": (
            "[抄表数|读数|示数]和[账单|电费单]对不上，[请更正|要求重新算]",
            "{month}月[是估抄的|没来抄表]，[实际|表上]只有{amount}度，[改一下|重开账单]",
        ),
        "en": (
            "the [reading|meter value] on my bill is wrong, [it shows|meter says] {amount}, please [correct|redo] it",
        ),
    },
    "payment_problem": {
        "zh": (
            "[最近手头紧|工资没发|生意不好]，[能晚几天交吗|可以分期吗|能宽限{days}天吗]",
            "[交了费|已经付款|扣款了][还显示欠费|没到账]",
            "[支付|缴费][失败|一直报错]，[微信|支付宝|银行卡]都[不行|试过了]",
        ),
        "en": (
            "I [cannot pay|can't afford] the bill [this month|now], can I pay [later|in parts|in {days} days]?",
            "I [paid|already paid] but [the app|your text] still says [overdue|unpaid]",
        ),
    },
    "outage_report": {
        "zh": (
            "[{street}|我们小区|整栋楼][停电了|没电了|跳闸了]，[什么时候来电|几点恢复]",
            "家里[突然没电|一半没电]，[邻居有电|刚才一声响|打雷以后]",
            "从{hour}点停到现在[还没来|都没人管]",
        ),
        "en": (
            "no power [in our street|at {street}|at home] since {hour} o'clock",
            "[power is out|the lights went out|blackout here], when will it be [back|restored]?",
        ),
    },
    "meter_fault": {
        "zh": (
            "电表[不走了|黑屏|一直闪红灯|没有显示]",
            "[电表|表箱][转得太快|好像坏了|有响声]，[派人看看|要求校表]",
        ),
        "en": ("the meter [display is blank|has stopped|blinks red|makes noise], [please check|send someone]",),
    },
    "voltage_complaint": {
        "zh": (
            "[晚上|用电高峰|{hour}点左右]电压[低|不稳]，[空调带不动|灯一闪一闪|电器老坏]",
            "灯[忽明忽暗|老是闪]，[是不是电压问题|查下线路]",
        ),
        "en": (
            "[lights flicker|voltage is low|voltage jumps] [every evening|around {hour}], [my fridge broke|fix it]",
        ),
    },
    "move_in": {
        "zh": ("[刚买|刚租]了[房子|店面]，[怎么过户|要开户|改成我的名字]", "新房[通电|开户]要[什么材料|几天]"),
        "en": ("I [just moved in|rented a flat], how do I [open an account|put the power in my name]?",),
    },
    "move_out": {
        "zh": ("[房子卖了|不租了|要搬走]，[怎么销户|电费怎么结清]", "{month}月[搬家|退租]，[押金|余额][怎么退|退吗]"),
        "en": ("we [move out|leave] in month {month}, please [close the account|send a final bill]",),
    },
    "tariff_change": {
        "zh": (
            "[想改|怎么开通|要办]峰谷电[价|表]，[划算吗|怎么申请|什么时候生效]",
            "[合表|阶梯]能[改|换]成[分时|峰谷]吗",
        ),
        "en": ("can I [switch to|get|apply for] [time-of-use|the day and night tariff|another tariff]?",),
    },
    "ev_charger": {
        "zh": (
            "[装|申请][充电桩|家充桩]，[车位在地下|物业同意了]，[要什么手续|多久能装]",
            "[电动车|新能源车]充电[要单独装表吗|算什么电价]",
        ),
        "en": ("I want to [install|connect] a [charging point|wallbox|EV charger], what do I need?",),
    },
    "solar_application": {
        "zh": (
            "[屋顶|厂房]想[装光伏|做分布式]，[怎么并网|上网电价多少|找谁申请]",
            "光伏[补贴|结算款][还没到|多少一度]",
        ),
        "en": ("how do I [connect|register] [solar panels|a solar roof], and [what do you pay|how long]?",),
    },
    "theft_tip": {
        "zh": (
            "[举报|反映]{street}有人[偷电|私接电线|绕表用电]",
            "[隔壁|楼下]把线[接在表前面|搭到电杆上]，[你们查查|太危险了]",
        ),
        "en": ("someone [at {street}|next door] [steals power|bypasses the meter], please [check|keep me anonymous]",),
    },
    "appointment": {
        "zh": ("[约|改约][师傅上门|装表|抄表]，[周六|明天|{hour}点以后]在家", "[师傅|工单]{code}[几点来|能改时间吗]"),
        "en": ("can the [technician|engineer] come [tomorrow|on Saturday|after {hour}]? order {code}",),
    },
    "contact_change": {
        "zh": (
            "[换手机号了|邮箱变了]，[改一下|更新]联系[方式|电话]",
            "[通知短信|账单]发到[旧号码|别人手机]了，[帮忙改|换成这个号]",
        ),
        "en": ("please [change|update] my [phone number|e-mail|address] on the account",),
    },
    "invoice_request": {
        "zh": (
            "[要开|怎么下载|补开]{month}月[电费|]的[增值税专票|电子发票|发票]",
            "[公司|店里]报销[需要|要]发票，抬头[发给谁|怎么填]",
        ),
        "en": ("I need [a VAT invoice|an e-invoice|a receipt] for month {month} [for my company|]",),
    },
    "saving_advice": {
        "zh": ("[怎么省电|有什么节电办法]，[冬天取暖|空调|店里冰柜][费电|用得多]", "[什么时候|几点][用电|洗衣服]便宜"),
        "en": ("how can I [save|use less] [electricity|power], [heating|the freezer] [costs a lot|is always on]",),
    },
    "complaint_service": {
        "zh": (
            "[打了{days}次电话|投诉了]没人[接|管]，[态度差|太差劲]",
            "[师傅|营业厅的人][迟到|说话难听|推来推去]，要投诉",
        ),
        "en": ("I [called {days} times|waited {days} days] and nobody [answers|came], [this is a complaint|very bad]",),
    },
    "thanks": {
        "zh": (
            "[师傅|小哥]{hour}点[还来抢修|冒雪来修]，[太感谢了|点赞|表扬一下]",
            "[问题解决了|来电了]，[服务很好|辛苦了]",
        ),
        "en": ("[great|quick] [work|service] [yesterday|today], [power is back|the man was very kind]",),
    },
    "out_of_scope": {
        "zh": (
            "[水费|燃气费|宽带]在哪[交|查]",
            "[贷款|发票代开|装修]需要吗[加微信{code}|]",
            "[今天下雪吗|讲个笑话|你是机器人吗]",
            "[啊|嗯嗯|。。。|1]",
        ),
        "en": (
            "where do I pay [water|gas|my broadband]?",
            "[are you a robot|tell me a joke|test|ok]",
            "cheap loans {code}",
        ),
    },
}
MIXED = (
    ("账单", "bill"),
    ("充电桩", "EV charger"),
    ("电表", "meter"),
    ("发票", "invoice"),
    ("光伏", "solar"),
    ("申请", "apply"),
)
"""Chinese words that some put in English within a Chinese sentence."""
HOMOPHONES = (
    ("电费", "电废"),
    ("怎么", "咋"),
    ("账单", "帐单"),
    ("没有", "没油"),
    ("什么", "神马"),
    ("停电", "挺电"),
    ("师傅", "师父"),
)
"""Usual slips of input by sound."""
