from arenite.zoo.builder import Builder


def swiftnet_cell(*, channels: int = 16, resolution: int = 32, classes: int = 2, seed: int = 0):
    net = Builder("swiftnet_cell", seed)
    x = net.conv(net.input(resolution, resolution, 3), channels, "stem", kernel=3, stride=2)
    return net.model(net.classifier(x, classes))
