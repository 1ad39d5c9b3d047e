"""最高人民法院《关于进一步加强金融审判工作的若干意见》（法发〔2017〕22号）: scope and gaps in README.md."""
