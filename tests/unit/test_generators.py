"""Generators: codes, determinism, requests, files, and paths, on an untrained DCGAN."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from core.errors import UserError
from core.generators import GENERATORS, Registered, load_generator
from core.generators import codes as maths
from core.generators.animation import path_frames, there_and_back, to_gif, to_mp4
from core.generators.dcgan import Dcgan
from core.generators.files import MAX_SEED, to_tagged_png, write_faces
from core.generators.request import SLIDERS, FaceRequest, read_query, read_seeds
from core.imaging import shrunk

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def generator() -> Dcgan:
    import keras

    from core.models.dcgan import build_generator
    from core.models.export import to_openvino

    keras.utils.set_random_seed(0)
    model = build_generator()
    model.set_weights([weight * 3 for weight in model.get_weights()])  # more contrast
    return Dcgan(*to_openvino(model), version="test")


class TestCodes:
    def test_a_seed_is_the_same_latent_in_any_company(self):
        many = maths.normal_latents(range(5), 128)
        np.testing.assert_array_equal(many[3], maths.normal_latents([3], 128)[0])
        assert many.dtype == np.float32 and maths.normal_latents([], 128).shape == (0, 128)

    def test_truncation(self):
        latents, center = RNG.standard_normal((2, 3, 8)).astype(np.float32)
        center = center[0]
        np.testing.assert_allclose(maths.truncated(latents, 1, center), latents, atol=1e-6)
        np.testing.assert_allclose(maths.truncated(latents, 0, center), np.tile(center, (3, 1)))
        half = maths.truncated(latents, 0.5, np.zeros(8, np.float32))
        np.testing.assert_allclose(half, latents / 2)

    def test_slerp_turns_evenly(self):
        start, end = (row.astype(np.float32) for row in RNG.standard_normal((2, 128)))
        np.testing.assert_allclose(maths.slerp(start, end, 0), start, atol=1e-5)
        np.testing.assert_allclose(maths.slerp(start, end, 1), end, atol=1e-5)
        path = [maths.slerp(start, end, share) for share in np.linspace(0, 1, 9)]
        lengths = np.linalg.norm(path, axis=1)
        np.testing.assert_allclose(np.diff(lengths), np.diff(lengths)[0], atol=1e-4)
        unit = path / lengths[:, None]
        angles = np.arccos((unit[1:] * unit[:-1]).sum(axis=1))
        np.testing.assert_allclose(angles, angles[0], rtol=1e-3)

    def test_slerp_where_there_is_no_plane(self):
        one = RNG.standard_normal(16).astype(np.float32)
        np.testing.assert_allclose(maths.slerp(one, one, 0.3), one, atol=1e-5)
        assert np.isfinite(maths.slerp(one, -one, 0.5)).all()
        zero = np.zeros(16, np.float32)
        np.testing.assert_allclose(maths.slerp(zero, one, 0.25), one / 4, atol=1e-6)

    def test_directions_are_orthonormal_and_ordered(self):
        kernel = RNG.standard_normal((12, 90)) * np.linspace(1, 3, 12)[:, None]
        rows = maths.strongest_directions(kernel)
        np.testing.assert_allclose(rows @ rows.T, np.eye(12), atol=1e-5)
        strengths = np.linalg.norm(rows @ kernel, axis=1)
        assert (np.diff(strengths) <= 1e-4).all()
        assert (rows.max(axis=1) >= -rows.min(axis=1)).all()  # the sign is settled

    def test_moving_along_a_direction(self):
        latents = RNG.standard_normal((2, 4)).astype(np.float32)
        moved = maths.moved(latents, np.eye(4, dtype=np.float32)[:2], np.array([2.0, -1.0]))
        np.testing.assert_allclose(moved - latents, [[2, -1, 0, 0]] * 2, atol=1e-6)


class TestDcgan:
    def test_faces_do_not_hang_on_their_company(self, generator):
        latents = generator.codes(range(5))
        together = generator.paint(latents)
        assert together.shape == (5, 128, 128, 3) and together.dtype == np.uint8
        for number in range(5):
            np.testing.assert_array_equal(
                generator.paint(latents[number : number + 1])[0], together[number]
            )
        assert len(np.unique(together.reshape(5, -1), axis=0)) == 5

    def test_the_graph_paints_what_keras_paints(self, generator):
        import keras

        from core.models.dcgan import build_generator

        keras.utils.set_random_seed(0)
        model = build_generator()
        model.set_weights([weight * 3 for weight in model.get_weights()])
        latents = generator.codes([11])
        expected = np.asarray(model(latents)) * 255
        assert np.abs(generator.paint(latents) - expected).max() <= 0.51
        kernel = model.get_layer("first").kernel.numpy()
        np.testing.assert_allclose(
            generator.directions, maths.strongest_directions(kernel), atol=1e-6
        )

    def test_arithmetic_keeps_the_length_of_latents(self, generator):
        code = generator.combined([1, 2, 3], [4], [5, 6])
        assert np.linalg.norm(code) == pytest.approx(np.sqrt(128), rel=1e-5)
        same = generator.combined([1], [2], [2])
        assert np.corrcoef(same, generator.codes([1])[0])[0, 1] == pytest.approx(1, abs=1e-5)

    def test_another_shape_is_refused(self, generator):
        with pytest.raises(ValueError, match="Received: shape="):
            generator.paint(np.zeros((1, 64), np.float32))


class TestRequest:
    def test_a_link_says_it_all(self):
        request = FaceRequest(
            seed=12, count=4, psi=0.7, amounts=(0.5, 0, 0, 0, -1, 0), edits={3: 1.5, 100: -2.0}
        )
        again, problems = read_query(request.to_query())
        assert again == request and not problems
        assert FaceRequest().to_query() == {"seed": "0"}

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("seed", "-1"),
            ("seed", "one"),
            ("seed", str(MAX_SEED + 1)),
            ("psi", "nan"),
            ("psi", "9"),
            ("count", "1000000"),
            ("generator", "<script>"),
            ("directions", "1,2"),
            ("directions", "nan,0,0,0,0,0"),
            ("edits", "5"),
            ("edits", "-1:2"),
            ("edits", "1:nan"),
            ("edits", "1:1e9"),
        ],
    )
    def test_a_bad_parameter_costs_only_itself(self, name, text):
        request, (problem,) = read_query({"seed": "5", "psi": "0.5", name: text})
        assert name in problem and "left out" in problem
        assert request.seed == (0 if name == "seed" else 5)
        assert request.psi == (1.0 if name == "psi" else 0.5)

    def test_another_generator_has_its_own_counts(self):
        request, problems = read_query({"generator": "mobilestylegan", "seed": "3"})
        assert request.count == 4 and not problems
        request, (problem,) = read_query({"generator": "mobilestylegan", "count": "64"})
        assert request.count == 4 and "count" in problem

    def test_codes_are_truncated_then_moved_then_edited(self, generator):
        amounts = (0.5,) + (0.0,) * (SLIDERS - 1)
        request = FaceRequest(seed=3, psi=0.5, amounts=amounts, edits={7: 2.5, 5000: 1.0})
        expected = generator.codes([3]) / 2 + 0.5 * generator.reach * generator.directions[:1]
        np.testing.assert_allclose(request.codes(generator, [3]), expected, atol=1e-5)
        edited = request.edited_code(generator)
        assert edited[0, 7] == 2.5 and edited.shape == (1, 128)

    def test_seeds_come_round(self):
        assert FaceRequest(seed=MAX_SEED, count=4).seeds == [MAX_SEED, 0, 1, 2]

    def test_typed_seeds(self):
        assert read_seeds("3, 14 15,") == [3, 14, 15]
        for text in ("", "a", "-1", "1.5", "٣", ",".join("1" * 17), "99999999999", "9" * 5000):
            with pytest.raises(UserError):
                read_seeds(text)


class TestFiles:
    def test_the_same_bytes_however_many(self, generator, tmp_path):
        for count, name in ((3, "three"), (1, "one")):
            list(write_faces(generator, 7, count, tmp_path / name, 0.8))
        names = sorted(file.name for file in (tmp_path / "three").iterdir())
        assert names == ["seed7_0.png", "seed7_1.png", "seed7_2.png"]
        one = (tmp_path / "one" / "seed7_0.png").read_bytes()
        assert one == (tmp_path / "three" / "seed7_0.png").read_bytes()
        list(write_faces(generator, 8, 1, tmp_path / "next", 0.8))
        pixels = [
            np.asarray(Image.open(tmp_path / file))
            for file in ("three/seed7_1.png", "next/seed8_0.png")
        ]
        np.testing.assert_array_equal(*pixels)

    def test_no_other_face_takes_the_place_of_one(self, generator, tmp_path):
        (file,) = write_faces(generator, 7, 1, tmp_path, 0.8)
        before = file.read_bytes()
        with pytest.raises(UserError, match="is there already, of another generator or psi"):
            list(write_faces(generator, 7, 1, tmp_path, 0.5))
        assert list(write_faces(generator, 7, 1, tmp_path, 0.8)) == [file]  # the same once more
        assert file.read_bytes() == before

    def test_a_file_says_how_it_was_made(self, generator):
        face = generator.paint(generator.codes([1]))[0]
        image = Image.open(io.BytesIO(to_tagged_png(face, generator, {"seed": 1, "psi": 0.7})))
        assert image.text["seed"] == "1" and image.text["psi"] == "0.7"
        assert image.text["model_sha256"] == "test" and image.text["generator"] == "DCGAN"
        np.testing.assert_array_equal(np.asarray(image), face)

    @pytest.mark.parametrize(
        ("seed", "count", "psi"), [(-1, 1, 1), (MAX_SEED, 2, 1), (0, 0, 1), (0, 1, 2), (0, 1, -1)]
    )
    def test_values_out_of_range(self, generator, tmp_path, seed, count, psi):
        with pytest.raises(UserError, match="Received"):
            list(write_faces(generator, seed, count, tmp_path, psi))
        assert not list(tmp_path.iterdir())

    def test_a_folder_that_cannot_be_written(self, generator, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(UserError, match="cannot be made"):
            list(write_faces(generator, 0, 1, tmp_path / "file" / "in", 1.0))


class TestPaths:
    def test_frames_lead_from_one_face_to_the_other(self, generator):
        start, end = generator.codes([1, 2])
        shares = []
        frames = path_frames(generator, start, end, 5, shares.append)
        np.testing.assert_array_equal(frames[[0, -1]], generator.paint(np.stack([start, end])))
        assert shares == [0.2, 0.4, 0.6, 0.8, 1.0]
        loop = there_and_back(frames)
        assert len(loop) == 8
        np.testing.assert_array_equal(loop[5], frames[3])

    def test_films_play(self, generator):
        import av

        frames = there_and_back(path_frames(generator, *generator.codes([1, 2]), 4))
        gif = Image.open(io.BytesIO(to_gif(frames)))
        assert gif.n_frames == len(frames) and gif.info["loop"] == 0
        with av.open(io.BytesIO(to_mp4(frames))) as film:
            decoded = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        assert len(decoded) == len(frames)
        coarse = shrunk(np.stack(decoded), 4), shrunk(frames, 4)  # H.264 halves the colours
        assert np.abs(coarse[0] - coarse[1]).max() < 25


class TestShipped:
    def test_the_command_writes_the_same_files_twice(self, tmp_path: Path):
        for name in ("a", "b"):
            command = ["generate", "--seed", "5", "--count", "2", "--out", str(tmp_path / name)]
            assert main([*command, "--psi", "0.7"]) == 0
        for number in range(2):
            one, other = ((tmp_path / n / f"seed5_{number}.png").read_bytes() for n in "ab")
            assert one == other

    def test_a_bad_psi_is_a_sentence(self, tmp_path, capsys):
        assert main(["generate", "--seed", "5", "--out", str(tmp_path), "--psi", "7"]) == 2
        assert "psi is from 0 to 1.5. Received: 7" in capsys.readouterr().err

    def test_every_snapshot_paints(self):
        from core.generators.dcgan import list_snapshots, load_dcgan

        snapshots = list_snapshots()
        assert len(snapshots) >= 4 and list(snapshots) == sorted(snapshots)
        pictures = [
            load_dcgan(name).paint(np.zeros((1, 128), np.float32)) for name in snapshots.values()
        ]
        assert len({picture.tobytes() for picture in pictures}) == len(pictures)


@pytest.mark.parametrize("key", GENERATORS)
def test_every_registered_generator_keeps_what_all_promise(key):
    try:
        generator = load_generator(key)
    except UserError as error:
        assert "not installed" in str(error) and "pip install" in str(error)
        pytest.skip(f"{error} `make test` installs it")
    known = GENERATORS[key]
    assert (generator.name, generator.side) == (known.name, known.side)
    assert len(known.counts) > 1 and list(known.counts) == sorted(known.counts)
    codes = generator.codes([1, 2])
    np.testing.assert_array_equal(codes[1], generator.codes([2])[0])
    assert generator.center.shape == codes[0].shape and len(generator.version) == 64
    notes = (generator.truncation_note, generator.directions_note, generator.way_note)
    assert all(note.endswith(".") for note in notes)
    directions = generator.directions[:SLIDERS]
    np.testing.assert_allclose(directions @ directions.T, np.eye(SLIDERS), atol=1e-4)
    first, second = generator.paint(maths.truncated(codes, 0.7, generator.center))
    assert first.shape == (known.side, known.side, 3) and first.dtype == np.uint8
    assert first.std() > 20 and not np.array_equal(first, second)
    alone = generator.paint(maths.truncated(codes[1:], 0.7, generator.center))[0]
    np.testing.assert_array_equal(alone, second)


class Plain:
    """A third generator, as little as one can be: faces of one colour."""

    name, side, framing, reach, version = "Plain", 16, "", 1.0, "0" * 64
    truncation_note = "Towards gray."
    directions_note = "Red, green and blue."
    way_note = "A straight one."
    center = np.zeros(SLIDERS, np.float32)
    directions = np.eye(SLIDERS, dtype=np.float32)

    def codes(self, seeds):
        return maths.normal_latents(seeds, SLIDERS)

    def between(self, start, end, share):
        return maths.lerp(start, end, share)

    def combined(self, plus, minus, plus_too):
        return self.codes([*plus, *minus, *plus_too]).mean(axis=0)

    def paint(self, codes):
        levels = np.clip(128 + 40 * codes[:, :3], 0, 255).astype(np.uint8)
        return np.broadcast_to(levels[:, None, None], (len(codes), 16, 16, 3)).copy()


def test_a_third_generator_is_a_class_and_a_line(monkeypatch, tmp_path):
    line = Registered("Plain", 16, (2, 3), f"{__name__}:Plain", "nobody")
    monkeypatch.setitem(GENERATORS, "plain", line)
    command = ["generate", "--generator", "plain", "--seed", "7", "--count", "2"]
    assert main([*command, "--out", str(tmp_path)]) == 0
    painted = [Image.open(tmp_path / f"seed7_{number}.png") for number in range(2)]
    assert [picture.size for picture in painted] == [(16, 16)] * 2
    assert "Plain" in " ".join(map(str, painted[0].text.values()))
    request, complaints = read_query({"generator": "plain"})
    assert (request.generator, request.count, complaints) == ("plain", 3, [])


def test_an_unknown_generator():
    with pytest.raises(ValueError, match="Received: 'vae'"):
        load_generator("vae")
