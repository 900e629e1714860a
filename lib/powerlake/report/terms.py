"""Code words of the utility's tables as the page says them, in both languages."""

from __future__ import annotations

from powerlake.report.data import Text

DEPARTMENTS = {
    "metering": Text("metering", "计量"),
    "marketing": Text("marketing", "营销"),
    "billing": Text("billing", "电费账单"),
    "service": Text("customer service", "客户服务"),
    "assets": Text("assets", "设备资产"),
    "dispatch": Text("dispatch", "调度"),
    "external": Text("weather", "气象"),
}
KINDS = {
    "": Text("kind unknown", "类别不明"),
    "residential": Text("residential", "居民"),
    "shop": Text("shop", "商铺"),
    "office": Text("office", "办公"),
    "industry": Text("industry", "工业"),
    "agriculture": Text("agriculture", "农业"),
    "public_lighting": Text("public lighting", "公共照明"),
}
SECTORS = {
    "homes": Text("homes", "居民生活"),
    "A": Text("A farming", "A 农林牧渔"),
    "B": Text("B mining", "B 采矿"),
    "C": Text("C manufacturing", "C 制造"),
    "D": Text("D power, heat, gas, water", "D 电热气水"),
    "E": Text("E construction", "E 建筑"),
    "F": Text("F trade", "F 批发零售"),
    "G": Text("G transport", "G 交通运输"),
    "H": Text("H lodging, catering", "H 住宿餐饮"),
    "I": Text("I information", "I 信息软件"),
    "J": Text("J finance", "J 金融"),
    "K": Text("K real estate", "K 房地产"),
    "L": Text("L leasing, business", "L 租赁商务"),
    "M": Text("M research", "M 科研技术"),
    "N": Text("N water, environment", "N 水利环境"),
    "O": Text("O resident services", "O 居民服务"),
    "P": Text("P education", "P 教育"),
    "Q": Text("Q health", "Q 卫生社会"),
    "R": Text("R culture, sport", "R 文体娱乐"),
    "S": Text("S administration", "S 公共管理"),
    "T": Text("T international", "T 国际组织"),
}
"""Sections of GB/T 4754, in short."""
TARIFF_KINDS = {
    "flat": Text("one price", "单一制"),
    "step": Text("steps", "阶梯"),
    "time_of_use": Text("time of use", "分时"),
    "two_part": Text("two-part", "两部制"),
    "dynamic": Text("dynamic", "动态"),
}
PAYMENT_METHODS = {
    "direct_debit": Text("direct debit", "代扣"),
    "transfer": Text("transfer", "转账"),
    "cash": Text("cash", "现金"),
    "app": Text("app", "手机应用"),
    "prepaid": Text("prepaid", "预付费"),
}
CHANNELS = {
    "hotline": Text("hotline", "热线"),
    "app": Text("app", "手机应用"),
    "web": Text("web", "网站"),
    "counter": Text("counter", "营业厅"),
    "wechat": Text("WeChat", "微信"),
}
METER_EVENTS = {
    "cover_open": Text("cover open", "开表盖"),
    "terminal_cover_open": Text("terminal cover open", "开端钮盖"),
    "magnetic_field": Text("magnetic field", "强磁场"),
    "power_off": Text("power off", "失电"),
    "power_on": Text("power on", "上电"),
    "reverse_energy": Text("reverse energy", "反向电量"),
    "phase_loss": Text("phase loss", "断相"),
    "voltage_unbalance": Text("voltage unbalance", "电压不平衡"),
    "current_unbalance": Text("current unbalance", "电流不平衡"),
    "clock_wrong": Text("clock wrong", "时钟异常"),
    "battery_low": Text("battery low", "电池欠压"),
    "memory_error": Text("memory error", "存储故障"),
    "communication_lost": Text("communication lost", "通信中断"),
}
ENTITIES = {
    "customer": Text("customers", "用户"),
    "contract": Text("contracts", "合同"),
    "bill": Text("bills", "账单"),
    "meter": Text("meters", "电表"),
}
SOURCES = {
    "customers": Text("customer record", "用户档案"),
    "contracts": Text("contract", "合同"),
    "tariffs": Text("tariffs", "电价表"),
    "bills": Text("bill", "账单"),
    "meters": Text("meter record", "计量档案"),
    "topology": Text("supply tree", "供电拓扑"),
}
"""Feeds that are compared with each other, as who says something."""
CONFLICTS = {
    "records_differ": Text("Records of one customer differ", "同一用户的多份档案不一致"),
    "contracted_power": Text("Contracts add up to another power than the customer’s record", "合同容量与用户档案不符"),
    "supply_after_closing": Text("A contract runs on after its customer left", "用户销户后合同仍在执行"),
    "unknown_tariff": Text("A contract names a tariff that does not exist", "合同所用电价不在电价表中"),
    "billed_by_other_tariff": Text("A bill reckoned by another tariff than the contract’s", "账单电价与合同电价不符"),
    "meter_outside_topology": Text("A meter has no place in the supply tree", "电表不在供电拓扑中"),
}
RULES = {
    "standing_record": Text("the record that stands for the customer", "以代表档案为准"),
    "latest_known": Text("the latest record that says it", "以最新且有值的档案为准"),
    "earliest": Text("the earliest", "取最早值"),
    "any_says_so": Text("yes where one record says so", "任一档案为真即为真"),
    "contracts_in_force": Text("the sum of the contracts in force", "以生效合同合计为准"),
    "contracts": Text("the contract counts", "以合同为准"),
    "bills": Text("the bill counts", "以账单为准"),
    "meters": Text("the meter record counts", "以计量档案为准"),
}
LOSS_REASONS = {
    "above_its_history": Text("above its history", "高于自身历史"),
    "above_technical_loss": Text("above the technical loss", "高于理论线损"),
    "more_sold_than_supplied": Text("more sold than supplied", "售电多于供电"),
}
