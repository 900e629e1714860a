"""Invented persons and firms: names, identity numbers, telephones, e-mails, accounts, addresses; arrays (n,) of text.

They look real and belong to nobody: identity numbers are of the area 99, which GB/T 2260 does not give out, telephones
of the segment 154, accounts of an issuer number that is chosen, e-mails at the domains kept for examples (RFC 2606).
Numbers derive from the customer's own by a permutation, so that no two are alike and their order tells nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.simulate.utility import Bools, Ints

Texts = npt.NDArray[np.str_]

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
PINYIN = (
    "wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu", "xu", "sun", "hu", "zhu", "gao",
    "lin", "he", "guo", "ma", "luo", "liang", "song", "zheng", "xie", "han", "tang", "feng", "yu", "dong", "xiao",
)  # fmt: skip
"""Of SURNAMES, in their order."""
GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉力志永健世广义兴良海山仁波宁贵")
FIRST_NAMES = ("James", "Mary", "Robert", "Linda", "John", "Susan", "David", "Karen", "Paul", "Helen", "Mark", "Ruth")
LAST_NAMES = ("Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Roberts", "Walker", "Wright", "Hughes", "Hall")
FIRM_WORDS = tuple("宏盛鑫泰瑞恒达昌隆远诚丰源嘉润博")
TRADES = {
    "F": ("商贸", "便利店", "百货"),
    "H": ("餐饮", "酒店", "火锅店"),
    "O": ("美容", "维修", "洗衣"),
    "I": ("软件", "信息技术"),
    "J": ("投资", "保险代理"),
    "L": ("咨询", "租赁"),
    "P": ("培训学校", "幼儿园"),
    "Q": ("诊所", "养老院"),
    "S": ("协会", "服务中心"),
    "C": ("机械制造", "铸造", "化工", "水泥", "食品加工"),
    "B": ("矿业", "石材"),
    "D": ("热力", "供气"),
    "E": ("建筑工程", "装饰"),
    "A": ("种植合作社", "养殖场", "温室大棚"),
    "N": ("市政照明", "道路设施"),
}
"""By section letter of GB/T 4754."""
TOWN = "北原市"
"""Invented."""
DISTRICTS = ("和安区", "铁北区", "东陵新区", "浑南镇", "长河县")
STREETS = ("青年大街", "文化路", "建设路", "中山路", "惠工街", "北一路", "松花江街", "解放路", "学府路", "工农街")
ESTATES = ("阳光花园", "碧水苑", "金地雅居", "幸福里", "北国新城", "丁香园", "军民小区", "铁路家属院")
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
AREA = "99"
PHONE_SEGMENT = "154"
ACCOUNT_ISSUER = "629999"
_SCRAMBLE = 48_271
"""Prime, so that multiplying by it permutes numbers below a power of ten."""
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Signs of the unified social credit code, GB 32100-2015."""


def scrambled(number: Ints, digits: int, shift: int) -> Ints:
    """Different numbers below 10^digits for different `number`, in no order that tells it."""
    return np.asarray((number * (_SCRAMBLE * 7_919) + shift * 104_729) % 10**digits)


def person_names(is_english: Bools, random: np.random.Generator) -> tuple[Texts, Texts]:
    """Names, and surnames in small Latin letters for e-mail addresses."""
    n = len(is_english)
    surname = random.integers(0, len(SURNAMES), n)
    given = random.integers(0, len(GIVEN), (n, 2))
    has_two = random.random(n) < 0.7
    first, last = random.integers(0, len(FIRST_NAMES), n), random.integers(0, len(LAST_NAMES), n)
    second = np.where(has_two, np.array(GIVEN)[given[:, 1]], "")
    chinese = _joined(np.array(SURNAMES)[surname], np.array(GIVEN)[given[:, 0]], second)
    english = _joined(np.array(FIRST_NAMES)[first], np.full(n, " "), np.array(LAST_NAMES)[last])
    latin = np.where(is_english, np.array(LAST_NAMES)[last], np.array(PINYIN)[surname])
    return np.where(is_english, english, chinese), np.strings.lower(latin)


def firm_names(sector_code: tuple[str, ...], random: np.random.Generator) -> Texts:
    """Town, two words, trade of the sector and legal form; empty for homes."""
    trades = [TRADES.get(letter, ("",)) for letter in sector_code]
    trade = np.array(
        [names[draw % len(names)] for names, draw in zip(trades, _draws(len(trades), random), strict=True)]
    )
    words = np.array(FIRM_WORDS)[random.integers(0, len(FIRM_WORDS), (2, len(trades)))]
    form = np.where(random.random(len(trades)) < 0.6, "有限公司", "")
    return np.where(trade == "", "", _joined(np.full(len(trades), TOWN[:2]), words[0], words[1], trade, form))


def identity_numbers(number: Ints, random: np.random.Generator) -> Texts:
    """Identity card numbers of 18 signs, the last the check of GB 11643 (ISO 7064 MOD 11-2)."""
    n = len(number)
    born = np.datetime64("1942-01-01") + random.integers(0, 62 * 365, n)
    date = np.array([text.replace("-", "") for text in born.astype(str).tolist()], "U8")
    unique = scrambled(number, 7, 1)
    body = _joined(np.full(n, AREA), _digits(unique // 1000, 4), date, _digits(unique % 1000, 3))
    digits = _values(body, "0123456789")
    weights = np.array([pow(2, 17 - place, 11) for place in range(17)])
    return _joined(body, np.array(list("10X98765432"))[digits @ weights % 11])


def credit_codes(number: Ints) -> Texts:
    """Unified social credit codes of 18 signs: 91, area, organisation with its check, check (GB 32100, GB 11714)."""
    n = len(number)
    organisation = _digits(scrambled(number, 8, 2), 8)
    weights = np.array([3, 7, 9, 10, 5, 8, 4, 2])
    check = np.array(list("0123456789X0"))[11 - _values(organisation, "0123456789") @ weights % 11]
    body = _joined(np.full(n, f"91{AREA}0101"), organisation, check)
    weights = np.array([pow(3, place, 31) for place in range(17)])
    return _joined(body, np.array(list(_CREDIT_SIGNS))[-(_values(body, _CREDIT_SIGNS) @ weights) % 31])


def phones(number: Ints, shift: int = 3) -> Texts:
    """Mobile telephones of 11 digits; another `shift` gives others."""
    return _joined(np.full(len(number), PHONE_SEGMENT), _digits(scrambled(number, 8, shift), 8))


def emails(latin: Texts, number: Ints, random: np.random.Generator) -> Texts:
    """Addresses from a name in Latin letters and some digits."""
    domain = np.array(MAIL_DOMAINS)[random.integers(0, len(MAIL_DOMAINS), len(number))]
    return _joined(latin, scrambled(number, 7, 4).astype(str), np.full(len(number), "@"), domain)


def bank_accounts(number: Ints) -> Texts:
    """Card numbers of 19 digits, the last the Luhn check (ISO/IEC 7812-1)."""
    body = _joined(np.full(len(number), ACCOUNT_ISSUER), _digits(scrambled(number, 12, 5), 12))
    digits = _values(body, "0123456789")
    doubled = digits[:, ::-2] * 2
    total = (doubled // 10 + doubled % 10).sum(axis=1) + digits[:, -2::-2].sum(axis=1)
    return _joined(body, (-total % 10).astype(str))


def addresses(number: Ints, region_code: str) -> Texts:
    """Where a premises is: district and street, then estate, house and flat; the same for the same `number`."""
    n, draw = len(number), scrambled(number, 9, 6)
    district = np.full(n, DISTRICTS[int(region_code[1:]) % len(DISTRICTS)])
    street = np.array(STREETS)[draw % len(STREETS)]
    estate = np.array(ESTATES)[draw // 10 % len(ESTATES)]
    house, floor, flat = draw // 80 % 300 + 1, draw // 24_000 % 28 + 1, draw // 672_000 % 4 + 1
    return _joined(
        np.full(n, TOWN), district, street, house.astype(str), np.full(n, "号"), estate,
        (number % 30 + 1).astype(str), np.full(n, "号楼"), floor.astype(str), _digits(flat, 2), np.full(n, "室"),
    )  # fmt: skip


def _joined(*parts: Texts) -> Texts:
    """The parts of each row one after another."""
    whole = parts[0]
    for part in parts[1:]:
        whole = np.strings.add(whole, part)
    return whole


def _digits(value: Ints, width: int) -> Texts:
    return np.array([f"{item:0{width}d}" for item in value.tolist()], f"U{width}")


def _values(text: Texts, signs: str) -> Ints:
    """(n, width) places in `signs` of the letters of texts of one width."""
    letters = text.view("U1").reshape(len(text), text.dtype.itemsize // 4)
    order = np.argsort(np.array(list(signs)))
    return np.asarray(order[np.searchsorted(np.array(list(signs))[order], letters)])


def _draws(n: int, random: np.random.Generator) -> list[int]:
    return [int(value) for value in random.integers(0, 60, n)]
